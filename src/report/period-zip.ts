/**
 * `GET /api/stats/:domain/export.zip?period=&date=`: all reports of a period as CSV files in a ZIP. The site's clerk makes
 * it: reports of all values, their text and its compression are too much work for a Worker's request. The public of a
 * site does not get it: it is the question that costs most.
 */

import { z } from "zod";
import { clerkStub } from "../clerk/stub.ts";
import { refusal } from "../http.ts";
import { audience } from "../manage/site-access.ts";
import { chargedFor } from "../meter/rate.ts";
import type { Context } from "../route.ts";
import { from, Unavailable } from "../store/unavailable.ts";
import { ACCESS, type Access, answering, chargedCaller, countsOf, localNow, parametersOf } from "./face.ts";
import { firstDayOf } from "./gather.ts";
import { rangeOfView, untilNow } from "./period.ts";
import { viewFields } from "./view.ts";

export const PARAMETERS = z.object(viewFields);

export function periodZip(_request: Request, context: Context, access: Access = ACCESS): Promise<Response> {
  return answering(async () => {
    const asked = parametersOf(context.url, PARAMETERS);
    if (asked instanceof Response) return asked;
    const site = await access.siteFor(context, context.params.domain ?? "");
    if (site instanceof Response) return site;

    const { env, ctx, credential, now } = context;
    if (credential?.kind === "public") return refusal(403, "A ZIP needs a key or a shared link.");
    const here = localNow(site, now);
    const firstDay = asked.period === "all" ? await firstDayOf(countsOf(site, context, access)) : here.today;
    const range = untilNow(rangeOfView(asked.period ?? "day", asked.date, here, firstDay), here);
    const question = { site, range, ...audience(credential, site), now };
    const made = await from("clerk", () => clerkStub(env, site.id).periodZip(question));
    const caller = chargedCaller(credential, site);
    if (caller) chargedFor(env, caller, now, (work) => ctx.waitUntil(work))(made.rowsRead);
    if ("away" in made) throw new Unavailable(made.away, null);
    const name = `${site.domain} ${range.from} ${range.to}.zip`;
    return new Response(made.zip, {
      headers: {
        "Content-Type": "application/zip",
        "Content-Disposition": `attachment; filename="${name}"`,
        "Cache-Control": "private, no-store",
      },
    });
  });
}
