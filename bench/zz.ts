import { LIMITS } from "../src/limits.ts";
import { apply } from "../src/tally/machine.ts";
import { TallyState } from "../src/tally/state.ts";
import { dayRows } from "../src/tally/day-rows.ts";
import { hitsOfDay } from "./zz-hits.ts";
const jb=(v:any):number=>{ const h=(n:number)=>n<=11?1:n<=255?2:n<=65535?3:5; if(typeof v==="number"){const n=String(v).length;return h(n)+n;} if(typeof v==="string"){const n=Buffer.byteLength(v);return h(n)+n;} let n=0; if(Array.isArray(v)) for(const x of v)n+=jb(x); else for(const k in v)n+=jb(k)+jb(v[k]); return h(n)+n; };
const state=new TallyState(LIMITS); let n=0;
for (const {now,batch} of hitsOfDay()) { apply(state,now,[batch]); n+=batch.hits.length; }
for (const d of state.days.values()) { const rows=[...dayRows(d,state.visits.values())].map(([k,j])=>[k,jb(JSON.parse(j))] as const); const tot=rows.reduce((s,[,x])=>s+x,0); console.log(d.local.day,n,"total",tot,(tot/n).toFixed(1),"singles",rows.filter(([k])=>!k.includes("*")).reduce((s,[,x])=>s+x,0)); console.log(rows.toSorted((a,b)=>b[1]-a[1]).slice(0,45).map(([k,x])=>k+" "+x).join(", ")); }
