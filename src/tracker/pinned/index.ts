/** The scripts by their hash, for a tag's `integrity`. Written by `npm run pin`, as are the files beside. */
export const PINNED = {
  script: {
    path: "/pinned/script.c9a86911e74e356a.js",
    integrity: "sha384-weSInDy5IMsRuQGQ7CLpO9lT76yvNgo7pel+mQJ8HsOWPZ/LskZFCYwFL/Bq6b2M",
  },
  "script.full": {
    path: "/pinned/script.full.8a57ad20ed113072.js",
    integrity: "sha384-4ZV8HQKztLt7knQTF5JLli1BTbx0yVIvAHue/jvpd4Gb/rXjvi36PnMsV+u3uvOB",
  },
} as const;
