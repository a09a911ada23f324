import { localDayAt } from "../src/calendar.ts";
import { hitOf } from "./simulation/hits.ts";
import { Audience, hitsOf } from "./traffic/audience.ts";
import { seeded } from "./traffic/random.ts";
export function* hitsOfDay() {
  const r = seeded(7); const domain="quiet.example"; const zones=[{timezone:"UTC",fromDay:"1970-01-01",fromAt:0}];
  const site:any={id:1,domain,zones,allowedHosts:[],shardRules:[],excludedPaths:[],excludedCountries:[]};
  const from=Date.parse("2026-11-22T00:00:00Z");
  for (const step of hitsOf(new Audience(r,domain), r, {from, until: from+86400_000, hitsPerSecond: 10/60})) {
    const today=localDayAt(zones, step.at); const hit=hitOf(site,today,step,r);
    yield {now: step.at, batch: {siteId:1,shard:0,shards:1,hits:[hit],today,tomorrow:today} as any};
  }
}
