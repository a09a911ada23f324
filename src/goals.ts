/** What an owner wants visitors to do: send an event, or see a page. */
export interface Goal {
  /** Of its site; never given twice, so that a deleted goal's stays a deleted goal's. */
  id: number;
  type: "event" | "page";
  /** An event's name, or a pattern of paths (`*` within a segment, `**` across). */
  name: string;
  /** In which currency its revenue is reported (ISO 4217); of event goals only. */
  currency: string | null;
  /** ms since 1970. A page goal is counted from then on, an event goal as far back as its event. */
  createdAt: number;
}

/** What reports call a goal, as Plausible does: `Signup`, `Visit /pricing`. */
export function goalLabel({ type, name }: Pick<Goal, "type" | "name">): string {
  return type === "event" ? name : `Visit ${name}`;
}
