/** The words of the pages that only owners see: the list of sites, and settings. They are loaded with those. */

import { pluralIn } from "../plural.ts";

const plural = pluralIn("en");

export const owners = {
  sites: {
    title: "Sites",
    where: "Where you are",
    search: "Search sites",
    today: "Visitors today",
    now: "Now",
    days: (days: number, visitors: string) =>
      plural(days, {
        one: `Visitors of # day: ${visitors}`,
        other: `Visitors of the last # days, day by day: ${visitors} in all`,
      }),
    away: "These numbers cannot be read at the moment.",
    public: "Public",
    settingsOf: (domain: string) => `Settings of ${domain}`,
    moreShown: "More sites are shown.",
    none: "There is no site that this key opens.",
    noneYet: "Add your first site. You get a snippet for its pages, and see here when the first visit comes.",
    add: "Add a site",
    addButton: "Add the site",
    domain: "Domain",
    domainHint: "An address copied from the browser will do. Subdomains count with it.",
    timezoneHint: "The site's days begin and end at its midnight.",
    made: (domain: string) => `${domain} is ready to count`,
    paste:
      "Paste this into the body of every page that is to be counted. The <img> in it counts visitors without JavaScript; where a page may hold no script, paste the <img> alone.",
    snippet: "Snippet",
    openReports: "Open the reports",
    done: "Done",
    firstHit: {
      waiting: "Waiting for the first hit. Open one of the pages in another tab.",
      received: "The first hit has been received.",
      pageviews: (count: number) => plural(count, { one: "# pageview today.", other: "# pageviews today." }),
      events: (count: number) => plural(count, { one: "# other event today.", other: "# other events today." }),
      open: "Look at today",
      dropped: "Requests come in, but none of them is counted:",
      settings: "Change what counts",
    },
  },
  settings: {
    title: "Settings",
    of: (domain: string) => `Settings of ${domain}`,
    parts: {
      snippet: "Snippet",
      general: "General",
      collected: "What is collected",
      counting: "What counts",
      goals: "Goals",
      keys: "Keys",
      links: "Shared links",
      exchange: "Import and export",
      removal: "Delete the site",
    },
    otherKey:
      "This key may not change the settings of this site. It takes the admin key, or a key that may change settings and is for this site or for all.",
    noSuchSite: "There is no site of this name.",
    /** What is wrong with an entry of a list. */
    line: (line: number, rule: string) => `Line ${line}: ${rule}`,
    name: "Name",
    deleteEntry: (name: string) => `Delete ${name}`,
    madeOn: (day: string) => `made on ${day}`,
    phrase: (text: string) => `Type ${text} to go on`,
    phraseWrong: "This is not what has to be typed.",

    pinned: "The same, pinned to one version of the script",
    pinnedHint:
      "The browser runs exactly this version, checked by its hash (Subresource Integrity). You get later versions only by pasting anew.",
    pinnedSnippet: "Pinned snippet",
    check: "Check whether hits arrive",

    timezone: "Timezone",
    timezoneHint: "Days begin and end at its midnight. A change takes effect at the site's next midnight.",
    timezoneFrom: (zone: string, day: string) => `${zone} takes effect on ${day}.`,
    visibility: "Who sees the counts",
    public: "Public",
    publicHint: "Everybody may look at this site's reports, without a key.",
    publicAddress: "Address of the public page",
    badge: "Badge",
    badgeHint: "Any page may show an image with this site's counts.",
    badgeCode: "HTML of the badge",
    badgeAlt: "page views",
    minVisitors: "Least number of visitors shown apart",
    minVisitorsHint:
      "To readers without a key of yours, values of fewer visitors are shown together as “Other”, and revenue is hidden. 0 shows everything.",

    collectedAbout:
      "Footfall keeps counts: how many visitors, visits and pageviews a value had on a day. Two of the values may be counted together, never more.",
    counted: "Counted of each visit, as far as the browser tells it",
    countedToo: ["Properties that your events have", "Amounts of goals that have a currency"],
    never: "Never kept",
    neverList: [
      "Cookies or anything else on the visitor's device (but an opt-out, where the visitor asks for it)",
      "The IP address and the full User-Agent: they are gone with the request",
      "City or coordinates: country and region at most",
      "What stands after the ? of a page's address, but for utm_…, ref and source",
      "The screen's size: a class of widths at most",
      "Who came, or that somebody came again on another day",
      "What one visitor did: there is no record of a single visit",
    ],
    kept: "For how long",
    retentionMonths: "Months for which counts are kept",
    retentionMonthsHint: "2 to 1200, this month among them. 0 keeps them for ever.",
    detailDays: "Days for which counts of two values together are kept",
    detailDaysHint: "They are what filters read. 8 to 3660. 0 keeps them for ever.",
    erases: "Older counts will be erased, and cannot be brought back. Export them first if you may need them.",
    saveAndErase: "Save and erase",

    countingAbout: "What is left out shows in the reports under “Not counted”, with its reason. One entry a line.",
    lists: {
      allowed_hosts: "Hosts whose pages count",
      excluded_paths: "Paths that do not count",
      excluded_countries: "Countries that do not count",
    },
    allowedHostsHint: (domain: string) =>
      `Such as shop.example.com or *.example.com. Empty: ${domain} and its subdomains. Pages of these hosts may also embed the reports.`,
    excludedPathsHint: "Such as /admin/**. * stands for anything within a part of the path, ** for anything at all.",
    excludedCountriesHint: "Codes of two letters (ISO 3166-1), such as LV. T1 is Tor.",

    goalsAbout:
      "What visitors are wanted to do. A page is counted as a goal from now on, an event as far back as it was.",
    addGoal: "Add a goal",
    goalType: "The goal is",
    eventGoal: "an event",
    pageGoal: "a page that is seen",
    eventName: "Name of the event",
    eventNameHint: "As your pages send it.",
    pagePath: "Path of the page",
    pagePathHint: "* stands for anything within a part of the path, ** for anything at all.",
    currency: "Currency, if the event brings amounts",
    currencyHint: "Such as EUR. Optional.",
    goalStays: "What was counted of it stays. The goal can be made again.",

    keysAbout: "For programs that use the API, and to log in here.",
    keysForAdmin: "Keys are made and deleted by who logs in with the admin key.",
    keysNone: "There are no keys yet.",
    addKey: "Make a key",
    keyNameHint: "What it is for, such as “Report to the team”.",
    mayDo: "It may",
    scopes: { stats: "read reports", sites: "change settings" },
    everySite: "all sites",
    thisSite: "this site",
    forAllSites: "For all sites, also those to come",
    newKey: (name: string) => `New key: ${name}`,
    shownOnce: "Copy it now: it is not shown again. Only its hash is kept.",
    keyEnds:
      "What uses this key stops working within a minute, and whoever logged in with it is logged out everywhere.",

    linksAbout: "Whoever has such a link sees the reports of this site, and nothing else.",
    linksNone: "There are no shared links yet.",
    addLink: "Make a link",
    linkNameHint: "Whom it is for. Only you see it.",
    nameTaken: "There is a link of this name already.",
    password: "Password",
    passwordHint: "8 characters or more. Who opened the link with another one has to do it again.",
    passwordOptional: "Optional. 8 characters or more.",
    withPassword: "with a password",
    withoutPassword: "without a password",
    setPassword: "Set a password",
    changePassword: "Change the password",
    removePassword: "Remove the password",
    address: "Address",
    embedAndPassword: "Embed, password",
    embedCode: "HTML to show it within a page",
    embedTitle: (domain: string) => `Visits of ${domain}`,
    embedHint: "Pages of the site's hosts may show it. Their visitors can find the link in it.",
    linkEnds: "The link stops working within a minute, for everybody who has it.",

    export: "Export",
    exportAbout:
      "All counts of this site, day by day, as CSV files in a ZIP: to keep, or to move to another Footfall or to Plausible.",
    exportButton: "Download the export",
    import: "Import",
    importAbout:
      "An export of Plausible or of another Footfall: the ZIP as it is, or its CSV files together. Days that were counted here are left out.",
    chooseFiles: "Drop a ZIP or CSV files here, or choose them",
    sending: "Sending…",
    counting: "It has arrived and is being counted. That may take some seconds…",
    imported: "Imported.",
    importUnchanged: "This was imported before: nothing has changed.",
    importSums: (days: number, visitors: string, pageviews: string) =>
      plural(days, {
        one: `# day, ${visitors} visitors, ${pageviews} pageviews`,
        other: `# days, ${visitors} visitors, ${pageviews} pageviews`,
      }),
    importSkipped: (days: number, dates: string) =>
      plural(days, {
        one: `# day was left out, as it is counted here: ${dates}.`,
        other: `# days were left out, as they are counted here: ${dates}.`,
      }),
    importIgnored: (files: string) => `Files that hold nothing that can be kept: ${files}.`,
    imports: "Imports",
    importOf: (source: string, dates: string) => `${source}, ${dates}`,
    importEnds: "Its counts are gone from the reports at once. The same files can be imported again.",

    removalAbout: "Erases the site, its keys and links, and all that was counted of it.",
    deleteSite: "Delete the site",
    removalLast: "All that was counted goes with it and cannot be brought back. Export it first if you may need it.",
    siteDeleted: (domain: string) => `${domain} was deleted.`,
  },
};

/** The words of a language: as the English ones, by the same names. */
export type OwnersTexts = typeof owners;
