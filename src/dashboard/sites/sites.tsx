/** The list of sites, or the way to log in. */
export function Sites() {
  return <p>Sites</p>;
}
