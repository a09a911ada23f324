import type { Hit } from "../hit.ts";
import { LIMITS } from "../limits.ts";
import type { Beacon } from "./beacon.ts";

/**
 * What an event brought, in whole thousandths of its currency (none that is in use has more decimals than three), halves
 * rounded away from zero; null beyond what can be counted.
 */
export function inThousandths({
  amount,
  currency,
}: NonNullable<Beacon["revenue"]>): NonNullable<Hit["revenue"]> | null {
  // To 15 digits, which is what a number is good for: 1.0005 * 1000 is 1000.4999999999999.
  const thousandths = Math.round(Number(Math.abs(amount * 1000).toPrecision(15)));
  if (thousandths > LIMITS.revenueThousandths) return null;
  return { thousandths: amount < 0 ? 0 - thousandths : thousandths, currency };
}
