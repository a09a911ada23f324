import { init } from "@counterscale/tracker";

init({ siteId: "example.com", reporterUrl: "https://stats.example.com/tracker.js" });
