import { bundleScript, sizesOf } from "./scripts/tracker/bundle.ts";

for (const FULL of ["false", "true"]) {
  const c = await bundleScript("src/tracker/script.ts", { FULL });
  if (process.argv[2]) console.log(c);
  console.log(sizesOf(c));
}
