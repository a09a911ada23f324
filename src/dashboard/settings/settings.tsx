/** The settings of a site. */
export function Settings({ domain }: { domain: string }) {
  return <p>{domain}</p>;
}
