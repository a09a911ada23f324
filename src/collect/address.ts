/** IP addresses in one normal form. Pure. */

/**
 * An address as pseudonyms are made from it: IPv4 in dotted decimal, IPv6 cut to its /64 (one household's), IPv4
 * within IPv6 as IPv4. Empty where the text is no address.
 * @example normalAddress("2001:DB8::1") // "2001:db8:0:0::/64"
 */
export function normalAddress(text: string): string {
  if (isIPv4(text)) return text;
  const groups = parseIPv6(text);
  if (!groups) return "";
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (mapped)
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 255])
      .join(".");
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(":")}::/64`;
}

/** The first address of an `X-Forwarded-For` header: the visitor's, as the first proxy saw it. May have a port. */
export function firstForwarded(header: string): string {
  const first = header.split(",", 1)[0]?.trim() ?? "";
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(first)?.[1];
  if (bracketed !== undefined) return bracketed;
  return /^([\d.]+):\d+$/.exec(first)?.[1] ?? first;
}

function isIPv4(text: string): boolean {
  // No leading zeros: some systems read them as octal (RFC 6943, section 3.1.1).
  return /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/.test(text);
}

/** The eight groups of an IPv6 address in any of its forms (RFC 4291, section 2.2; zone ids of RFC 4007), or null. */
export function parseIPv6(text: string): number[] | null {
  const zone = text.indexOf("%");
  const address = zone === -1 ? text : text.slice(0, zone);
  if (address.length > 45) return null;
  const halves = address.split("::");
  if (halves.length > 2) return null;
  const head = groupsOf(halves[0] ?? "", halves.length === 1);
  const tail = halves.length === 2 ? groupsOf(halves[1] ?? "", true) : [];
  if (!head || !tail) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1) return missing === 0 ? head : null;
  // "::" stands for at least one group.
  return missing >= 1 ? [...head, ...Array<number>(missing).fill(0), ...tail] : null;
}

function groupsOf(text: string, mayEndInIPv4: boolean): number[] | null {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else if (mayEndInIPv4 && index === parts.length - 1 && isIPv4(part)) {
      const [a = 0, b = 0, c = 0, d = 0] = part.split(".").map(Number);
      groups.push((a << 8) | b, (c << 8) | d);
    } else return null;
  }
  return groups;
}
