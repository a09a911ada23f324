import Plausible from "plausible-tracker";

const { enableAutoPageviews, enableAutoOutboundTracking } = Plausible({ domain: "example.com" });
enableAutoPageviews();
enableAutoOutboundTracking();
