// Styles are imported for their effect alone: `import "./main.css"`.
declare module "*.css";

/** The address of the built file. */
declare module "*.svg" {
  const address: string;
  export default address;
}
