/** A site as the Sites API answers it: what its settings are about. */
export interface SiteSettings {
  domain: string;
  timezone: string;
  /** The day on which a timezone that was chosen takes over. */
  timezone_effective_from?: string;
  allowed_hosts: string[];
  excluded_paths: string[];
  excluded_countries: string[];
  public: boolean;
  badge: boolean;
  min_visitors: number;
  /** 0: for ever. */
  detail_days?: number;
  retention_months?: number;
  snippet: string;
  pinned_snippet: string;
}

/** What each part of the settings is given. */
export interface PartProps {
  site: SiteSettings;
  /** Stores some settings, and shows what the API made of them. @throws ApiError */
  save: (changes: Partial<SiteSettings>) => Promise<SiteSettings>;
}
