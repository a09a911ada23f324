/** German. Readers are spoken to as "Sie", and seldom. */

import { pluralIn } from "../plural.ts";
import type { OwnersTexts } from "./en.ts";

const plural = pluralIn("de");

export const owners: OwnersTexts = {
  sites: {
    title: "Websites",
    where: "Wo Sie sind",
    search: "Websites suchen",
    today: "Besucher heute",
    now: "Jetzt",
    days: (days, visitors) =>
      plural(days, {
        one: `Besucher von # Tag: ${visitors}`,
        other: `Besucher der letzten # Tage, Tag für Tag: insgesamt ${visitors}`,
      }),
    away: "Diese Zahlen lassen sich derzeit nicht lesen.",
    public: "Öffentlich",
    settingsOf: (domain) => `Einstellungen von ${domain}`,
    moreShown: "Weitere Websites werden angezeigt.",
    none: "Dieser Schlüssel öffnet keine Website.",
    noneYet:
      "Fügen Sie Ihre erste Website hinzu. Sie erhalten ein Snippet für deren Seiten und sehen hier, wenn der erste Besuch kommt.",
    add: "Website hinzufügen",
    addButton: "Hinzufügen",
    domain: "Domain",
    domainHint: "Eine aus dem Browser kopierte Adresse genügt. Subdomains zählen dazu.",
    timezoneHint: "Die Tage der Website beginnen und enden um Mitternacht dieser Zeitzone.",
    made: (domain) => `${domain} ist bereit`,
    paste:
      "Fügen Sie dies in den Body jeder Seite ein, die gezählt werden soll. Das <img> darin zählt Besucher ohne JavaScript; wo eine Seite kein Skript enthalten darf, fügen Sie nur das <img> ein.",
    snippet: "Snippet",
    openReports: "Berichte öffnen",
    done: "Fertig",
    firstHit: {
      waiting: "Warten auf den ersten Aufruf. Öffnen Sie eine der Seiten in einem anderen Tab.",
      received: "Der erste Aufruf ist eingegangen.",
      pageviews: (count) => plural(count, { one: "# Seitenaufruf heute.", other: "# Seitenaufrufe heute." }),
      events: (count) => plural(count, { one: "# weiteres Ereignis heute.", other: "# weitere Ereignisse heute." }),
      open: "Den heutigen Tag ansehen",
      dropped: "Es kommen Anfragen an, aber keine davon wird gezählt:",
      settings: "Ändern, was zählt",
    },
  },
  settings: {
    title: "Einstellungen",
    of: (domain) => `Einstellungen von ${domain}`,
    parts: {
      snippet: "Snippet",
      general: "Allgemein",
      collected: "Was erfasst wird",
      counting: "Was zählt",
      goals: "Ziele",
      keys: "Schlüssel",
      links: "Geteilte Links",
      exchange: "Import und Export",
      removal: "Website löschen",
    },
    otherKey:
      "Dieser Schlüssel darf die Einstellungen dieser Website nicht ändern. Nötig ist der Admin-Schlüssel oder ein Schlüssel, der Einstellungen ändern darf und für diese Website oder für alle gilt.",
    noSuchSite: "Eine Website dieses Namens gibt es nicht.",
    line: (line, rule) => `Zeile ${line}: ${rule}`,
    name: "Name",
    deleteEntry: (name) => `${name} löschen`,
    madeOn: (day) => `angelegt am ${day}`,
    phrase: (text) => `Geben Sie zum Fortfahren ${text} ein`,
    phraseWrong: "Das ist nicht, was einzugeben ist.",

    pinned: "Dasselbe, festgelegt auf eine Version des Skripts",
    pinnedHint:
      "Der Browser führt genau diese Version aus, geprüft anhand ihres Hashwerts (Subresource Integrity). Spätere Versionen erhalten Sie nur durch erneutes Einfügen.",
    pinnedSnippet: "Festgelegtes Snippet",
    check: "Prüfen, ob Aufrufe ankommen",

    timezone: "Zeitzone",
    timezoneHint:
      "Tage beginnen und enden um Mitternacht dieser Zeitzone. Eine Änderung gilt ab der nächsten Mitternacht der Website.",
    timezoneFrom: (zone, day) => `${zone} gilt ab dem ${day}.`,
    visibility: "Wer die Zahlen sieht",
    public: "Öffentlich",
    publicHint: "Alle dürfen die Berichte dieser Website ansehen, ohne Schlüssel.",
    publicAddress: "Adresse der öffentlichen Seite",
    badge: "Badge",
    badgeHint: "Jede Seite darf ein Bild mit den Zahlen dieser Website zeigen.",
    badgeCode: "HTML des Badges",
    badgeAlt: "Seitenaufrufe",
    minVisitors: "Kleinste Zahl von Besuchern, die einzeln gezeigt wird",
    minVisitorsHint:
      "Wer keinen Schlüssel von Ihnen hat, sieht Werte mit weniger Besuchern zusammengefasst als „Sonstige“ und keinen Umsatz. 0 zeigt alles.",

    collectedAbout:
      "Footfall speichert Zahlen: wie viele Besucher, Besuche und Seitenaufrufe ein Wert an einem Tag hatte. Zwei Werte dürfen zusammen gezählt werden, nie mehr.",
    counted: "Bei jedem Besuch gezählt, soweit der Browser es mitteilt",
    countedToo: ["Eigenschaften, die Ihre Ereignisse haben", "Beträge von Zielen mit Währung"],
    never: "Nie gespeichert",
    neverList: [
      "Cookies oder anderes auf dem Gerät des Besuchers (außer einem Widerspruch, wenn der Besucher ihn wünscht)",
      "Die IP-Adresse und der vollständige User-Agent: Sie verschwinden mit der Anfrage",
      "Stadt oder Koordinaten: höchstens Land und Region",
      "Was in der Adresse einer Seite nach dem ? steht, außer utm_…, ref und source",
      "Die Größe des Bildschirms: höchstens eine Klasse von Breiten",
      "Wer kam, oder dass jemand an einem anderen Tag wiederkam",
      "Was ein einzelner Besucher tat: Kein Besuch wird einzeln aufgezeichnet",
    ],
    kept: "Wie lange",
    retentionMonths: "Monate, für die Zahlen gespeichert bleiben",
    retentionMonthsHint: "2 bis 1200, der laufende Monat eingerechnet. 0 speichert sie unbegrenzt.",
    detailDays: "Tage, für die Zahlen zu zwei Werten zusammen gespeichert bleiben",
    detailDaysHint: "Sie sind, was Filter lesen. 8 bis 3660. 0 speichert sie unbegrenzt.",
    erases:
      "Ältere Zahlen werden gelöscht und lassen sich nicht wiederherstellen. Exportieren Sie sie vorher, falls Sie sie noch brauchen könnten.",
    saveAndErase: "Speichern und löschen",

    countingAbout:
      "Was ausgelassen wird, steht mit seinem Grund in den Berichten unter „Nicht gezählt“. Ein Eintrag pro Zeile.",
    lists: {
      allowed_hosts: "Hosts, deren Seiten zählen",
      excluded_paths: "Pfade, die nicht zählen",
      excluded_countries: "Länder, die nicht zählen",
    },
    allowedHostsHint: (domain) =>
      `Zum Beispiel shop.example.com oder *.example.com. Leer: ${domain} und deren Subdomains. Seiten dieser Hosts dürfen die Berichte auch einbetten.`,
    excludedPathsHint:
      "Zum Beispiel /admin/**. * steht für Beliebiges innerhalb eines Pfadabschnitts, ** für Beliebiges überhaupt.",
    excludedCountriesHint: "Codes aus zwei Buchstaben (ISO 3166-1), zum Beispiel LV. T1 ist Tor.",

    goalsAbout:
      "Was Besucher tun sollen. Eine Seite wird als Ziel von jetzt an gezählt, ein Ereignis so weit zurück, wie es vorkam.",
    addGoal: "Ziel hinzufügen",
    goalType: "Das Ziel ist",
    eventGoal: "ein Ereignis",
    pageGoal: "der Aufruf einer Seite",
    eventName: "Name des Ereignisses",
    eventNameHint: "So, wie Ihre Seiten ihn senden.",
    pagePath: "Pfad der Seite",
    pagePathHint: "* steht für Beliebiges innerhalb eines Pfadabschnitts, ** für Beliebiges überhaupt.",
    currency: "Währung, falls das Ereignis Beträge einbringt",
    currencyHint: "Zum Beispiel EUR. Optional.",
    goalStays: "Was davon gezählt wurde, bleibt. Das Ziel kann neu angelegt werden.",

    keysAbout: "Für Programme, die die API nutzen, und zur Anmeldung hier.",
    keysForAdmin: "Schlüssel erstellt und löscht, wer sich mit dem Admin-Schlüssel anmeldet.",
    keysNone: "Noch keine Schlüssel.",
    addKey: "Schlüssel erstellen",
    keyNameHint: "Wofür er ist, zum Beispiel „Bericht an das Team“.",
    mayDo: "Er darf",
    scopes: { stats: "Berichte lesen", sites: "Einstellungen ändern" },
    everySite: "alle Websites",
    thisSite: "diese Website",
    forAllSites: "Für alle Websites, auch künftige",
    newKey: (name) => `Neuer Schlüssel: ${name}`,
    shownOnce: "Kopieren Sie ihn jetzt: Er wird nicht noch einmal angezeigt. Gespeichert wird nur sein Hashwert.",
    keyEnds:
      "Was diesen Schlüssel nutzt, funktioniert binnen einer Minute nicht mehr, und wer sich damit angemeldet hat, wird überall abgemeldet.",

    linksAbout: "Wer einen solchen Link hat, sieht die Berichte dieser Website und sonst nichts.",
    linksNone: "Noch keine geteilten Links.",
    addLink: "Link erstellen",
    linkNameHint: "Für wen er ist. Das sehen nur Sie.",
    nameTaken: "Einen Link dieses Namens gibt es schon.",
    password: "Passwort",
    passwordHint: "Mindestens 8 Zeichen. Wer den Link mit einem anderen geöffnet hat, muss das erneut tun.",
    passwordOptional: "Optional. Mindestens 8 Zeichen.",
    withPassword: "mit Passwort",
    withoutPassword: "ohne Passwort",
    setPassword: "Passwort festlegen",
    changePassword: "Passwort ändern",
    removePassword: "Passwort entfernen",
    address: "Adresse",
    embedAndPassword: "Einbetten, Passwort",
    embedCode: "HTML zum Einbetten in eine Seite",
    embedTitle: (domain) => `Besuche von ${domain}`,
    embedHint: "Seiten auf den Hosts der Website dürfen ihn zeigen. Deren Besucher können den Link darin finden.",
    linkEnds: "Der Link funktioniert binnen einer Minute nicht mehr, für alle, die ihn haben.",

    export: "Export",
    exportAbout:
      "Alle Zahlen dieser Website, Tag für Tag, als CSV-Dateien in einem ZIP: zum Aufbewahren oder zum Umzug in ein anderes Footfall oder zu Plausible.",
    exportButton: "Export herunterladen",
    import: "Import",
    importAbout:
      "Ein Export aus Plausible oder einem anderen Footfall: das ZIP, wie es ist, oder seine CSV-Dateien zusammen. Tage, die hier gezählt wurden, werden ausgelassen.",
    chooseFiles: "ZIP- oder CSV-Dateien hier ablegen oder auswählen",
    sending: "Wird gesendet…",
    counting: "Angekommen, wird jetzt gezählt. Das kann einige Sekunden dauern…",
    imported: "Importiert.",
    importUnchanged: "Das wurde schon importiert: Es hat sich nichts geändert.",
    importSums: (days, visitors, pageviews) =>
      plural(days, {
        one: `# Tag, Besucher: ${visitors}, Seitenaufrufe: ${pageviews}`,
        other: `# Tage, Besucher: ${visitors}, Seitenaufrufe: ${pageviews}`,
      }),
    importSkipped: (days, dates) =>
      plural(days, {
        one: `# Tag wurde ausgelassen, weil er hier gezählt ist: ${dates}.`,
        other: `# Tage wurden ausgelassen, weil sie hier gezählt sind: ${dates}.`,
      }),
    importIgnored: (files) => `Dateien ohne etwas, das gespeichert werden kann: ${files}.`,
    imports: "Importe",
    importOf: (source, dates) => `${source}, ${dates}`,
    importEnds:
      "Die Zahlen daraus verschwinden sofort aus den Berichten. Dieselben Dateien lassen sich erneut importieren.",

    removalAbout: "Löscht die Website, ihre Schlüssel und Links und alles, was für sie gezählt wurde.",
    deleteSite: "Website löschen",
    removalLast:
      "Alles, was gezählt wurde, verschwindet mit ihr und lässt sich nicht wiederherstellen. Exportieren Sie es vorher, falls Sie es noch brauchen könnten.",
    siteDeleted: (domain) => `${domain} wurde gelöscht.`,
  },
};
