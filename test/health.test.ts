import { env, exports } from "cloudflare:workers";
import { expect, it } from "vitest";

it("answers", async () => {
  expect((await exports.default.fetch(new Request("http://x/"))).status).toBe(200);
  expect(await env.TALLY.getByName("0:0").ping()).toBe("ok");
  const r = await env.DB.prepare("select count(*) n from counts").first();
  expect(r).toEqual({ n: 0 });
});
