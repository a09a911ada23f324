/**
 * The domain in what somebody pasted: an address out of the browser's bar, or a domain. Pure. What is no domain stays as
 * it is, for the API to say so.
 * @example domainIn("https://www.example.com/blog?x=1") // "example.com"
 */
export function domainIn(text: string): string {
  return text
    .trim()
    .replace(/^([a-z][a-z0-9+.-]*:)?\/\//i, "")
    .replace(/[/?#].*$/s, "")
    .replace(/^.*@/s, "")
    .replace(/:\d*$/, "")
    .replace(/\.$/, "")
    .toLowerCase()
    .replace(/^www\./, "");
}
