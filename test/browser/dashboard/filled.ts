/** What Footfall is filled with for all tests of the dashboard. */

declare module "vitest" {
  interface ProvidedContext {
    dashboard: Sites;
  }
}

/** What there is to look at, besides what tests make for themselves. No test changes it. */
export interface Sites {
  /** Domains: of a site with more than a year of visitors, of a public one with a month of few, and of one without any. */
  demo: string;
  public: string;
  empty: string;
  /** Of all of them: their clocks show noon, so that no day ends while the tests run. */
  timezone: string;
  /** Addresses of shared links of the first, and the password of the second of them. */
  link: string;
  lockedLink: string;
  password: string;
  /** A key that reads the first, and may do nothing else. */
  readingKey: string;
}
