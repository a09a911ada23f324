/** What the API says is wrong, at the field that it is about. Pure. */

export interface FieldError {
  /** As the API calls it: `allowed_hosts`. */
  field: string;
  /** Of a list: which entry, from 0. */
  index: number | null;
  /** What the field must be, in the API's words. */
  rule: string;
}

/** Takes `field: rule` apart; null where a message is about no field. */
export function fieldErrorOf(message: string): FieldError | null {
  const { field, index, rule } = /^(?<field>[a-z_]+)(\.(?<index>\d+))?: (?<rule>.+)$/s.exec(message)?.groups ?? {};
  if (field === undefined || rule === undefined) return null;
  return { field, index: index === undefined ? null : Number(index), rule };
}
