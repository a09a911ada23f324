import { init } from "@plausible-analytics/tracker";

init({ domain: "example.com", outboundLinks: true, fileDownloads: true, formSubmissions: true });
