/** The words in French. The spaces before : ; ? ! and within « » are narrow no-break ones (U+202F). */

import { pluralIn } from "../plural.ts";
import type { OwnersTexts } from "./en.ts";

const plural = pluralIn("fr");

export const owners: OwnersTexts = {
  sites: {
    title: "Sites",
    where: "Fil d’Ariane",
    search: "Rechercher un site",
    today: "Visiteurs aujourd’hui",
    now: "En ligne",
    days: (days: number, visitors: string) =>
      plural(days, {
        one: `Visiteurs sur # jour : ${visitors}`,
        other: `Visiteurs des # derniers jours, jour par jour : ${visitors} au total`,
      }),
    away: "Ces chiffres ne sont pas accessibles pour le moment.",
    public: "Public",
    settingsOf: (domain: string) => `Paramètres de ${domain}`,
    moreShown: "D’autres sites sont affichés.",
    none: "Cette clé n’ouvre aucun site.",
    noneYet:
      "Ajoutez votre premier site. Vous recevrez un code à insérer dans ses pages et verrez ici arriver la première visite.",
    add: "Ajouter un site",
    addButton: "Ajouter le site",
    domain: "Domaine",
    domainHint: "Une adresse copiée du navigateur convient. Les sous-domaines sont comptés avec lui.",
    timezoneHint: "Les jours du site commencent et se terminent à minuit dans ce fuseau.",
    made: (domain: string) => `${domain} est prêt à être mesuré`,
    paste:
      "Collez ceci dans le corps (body) de chaque page à mesurer. La balise <img> compte les visiteurs sans JavaScript ; là où une page n’accepte pas de script, collez la balise <img> seule.",
    snippet: "Code de mesure",
    openReports: "Ouvrir les rapports",
    done: "Terminé",
    firstHit: {
      waiting: "En attente de la première visite. Ouvrez une des pages dans un autre onglet.",
      received: "La première visite a été reçue.",
      pageviews: (count: number) =>
        plural(count, { one: "# page vue aujourd’hui.", other: "# pages vues aujourd’hui." }),
      events: (count: number) =>
        plural(count, { one: "# autre événement aujourd’hui.", other: "# autres événements aujourd’hui." }),
      open: "Voir la journée",
      dropped: "Des requêtes arrivent, mais aucune n’est comptée :",
      settings: "Modifier ce qui est compté",
    },
  },
  settings: {
    title: "Paramètres",
    of: (domain: string) => `Paramètres de ${domain}`,
    parts: {
      snippet: "Code de mesure",
      general: "Général",
      collected: "Données collectées",
      counting: "Ce qui est compté",
      goals: "Objectifs",
      keys: "Clés",
      links: "Liens partagés",
      exchange: "Import et export",
      removal: "Supprimer le site",
    },
    otherKey:
      "Cette clé ne permet pas de modifier les paramètres de ce site. Il faut la clé d’administration, ou une clé qui permet de modifier les paramètres et qui vaut pour ce site ou pour tous.",
    noSuchSite: "Aucun site ne porte ce nom.",
    line: (line: number, rule: string) => `Ligne ${line} : ${rule}`,
    name: "Nom",
    deleteEntry: (name: string) => `Supprimer ${name}`,
    madeOn: (day: string) => `création le ${day}`,
    phrase: (text: string) => `Saisissez ${text} pour continuer`,
    phraseWrong: "Ce n’est pas le texte demandé.",

    pinned: "Le même code, lié à une version précise du script",
    pinnedHint:
      "Le navigateur exécute exactement cette version, vérifiée par son empreinte (Subresource Integrity). Pour passer à une version ultérieure, il faut coller le code à nouveau.",
    pinnedSnippet: "Code lié à une version",
    check: "Vérifier que les visites arrivent",

    timezone: "Fuseau horaire",
    timezoneHint:
      "Les jours commencent et se terminent à minuit dans ce fuseau. Un changement prend effet au prochain minuit du site.",
    timezoneFrom: (zone: string, day: string) => `${zone} prend effet le ${day}.`,
    visibility: "Qui voit les chiffres",
    public: "Public",
    publicHint: "Tout le monde peut consulter les rapports de ce site, sans clé.",
    publicAddress: "Adresse de la page publique",
    badge: "Badge",
    badgeHint: "N’importe quelle page peut afficher une image avec les chiffres de ce site.",
    badgeCode: "HTML du badge",
    badgeAlt: "pages vues",
    minVisitors: "Nombre minimal de visiteurs pour un affichage séparé",
    minVisitorsHint:
      "Pour les lecteurs qui n’ont pas de clé, les valeurs de moins de visiteurs sont regroupées sous « Autres », et les revenus sont masqués. 0 affiche tout.",

    collectedAbout:
      "Footfall conserve des décomptes : combien de visiteurs, de visites et de pages vues une valeur a eus en un jour. Deux valeurs peuvent être comptées ensemble, jamais davantage.",
    counted: "Compté pour chaque visite, si le navigateur le communique",
    countedToo: ["Propriétés de vos événements", "Montants des objectifs qui ont une devise"],
    never: "Jamais conservé",
    neverList: [
      "Cookies ou quoi que ce soit d’autre sur l’appareil du visiteur (sauf son refus d’être compté, s’il le demande)",
      "Adresse IP et User-Agent complet : ils disparaissent avec la requête",
      "Ville ou coordonnées : pays et région au plus",
      "Ce qui suit le « ? » de l’adresse d’une page, sauf utm_…, ref et source",
      "Taille de l’écran : une classe de largeur au plus",
      "Qui est venu, ou que quelqu’un est revenu un autre jour",
      "Ce qu’a fait un visiteur : il n’existe aucun enregistrement d’une visite isolée",
    ],
    kept: "Durée de conservation",
    retentionMonths: "Mois de conservation des décomptes",
    retentionMonthsHint: "De 2 à 1200, mois en cours compris. 0 les conserve sans limite.",
    detailDays: "Jours de conservation des décomptes de deux valeurs ensemble",
    detailDaysHint: "Les filtres s’appuient sur eux. De 8 à 3660. 0 les conserve sans limite.",
    erases:
      "Les décomptes plus anciens seront effacés, sans retour possible. Exportez-les d’abord si vous pouvez en avoir besoin.",
    saveAndErase: "Enregistrer et effacer",

    countingAbout:
      "Ce qui est écarté apparaît dans les rapports sous « Non comptabilisé », avec le motif. Une entrée par ligne.",
    lists: {
      allowed_hosts: "Hôtes dont les pages comptent",
      excluded_paths: "Chemins qui ne comptent pas",
      excluded_countries: "Pays qui ne comptent pas",
    },
    allowedHostsHint: (domain: string) =>
      `Par exemple shop.example.com ou *.example.com. Si la liste est vide : ${domain} et ses sous-domaines. Les pages de ces hôtes peuvent aussi intégrer les rapports.`,
    excludedPathsHint:
      "Par exemple /admin/**. * remplace n’importe quoi dans une partie du chemin, ** absolument tout.",
    excludedCountriesHint: "Codes à deux lettres (ISO 3166-1), par exemple LV. T1 désigne Tor.",

    goalsAbout:
      "Ce que vous attendez des visiteurs. Une page est comptée comme objectif à partir de maintenant, un événement aussi loin que remontent ses données.",
    addGoal: "Ajouter un objectif",
    goalType: "L’objectif est",
    eventGoal: "un événement",
    pageGoal: "une page vue",
    eventName: "Nom de l’événement",
    eventNameHint: "Tel que vos pages l’envoient.",
    pagePath: "Chemin de la page",
    pagePathHint: "* remplace n’importe quoi dans une partie du chemin, ** absolument tout.",
    currency: "Devise, si l’événement comporte des montants",
    currencyHint: "Par exemple EUR. Facultatif.",
    goalStays: "Ce qui a été compté pour lui est conservé. L’objectif peut être recréé.",

    keysAbout: "Pour les programmes qui utilisent l’API, et pour se connecter ici.",
    keysForAdmin: "Il faut se connecter avec la clé d’administration pour créer et supprimer des clés.",
    keysNone: "Aucune clé pour l’instant.",
    addKey: "Créer une clé",
    keyNameHint: "À quoi elle sert, par exemple « Rapport à l’équipe ».",
    mayDo: "Elle permet de",
    scopes: { stats: "lire les rapports", sites: "modifier les paramètres" },
    everySite: "tous les sites",
    thisSite: "ce site",
    forAllSites: "Pour tous les sites, y compris les futurs",
    newKey: (name: string) => `Nouvelle clé : ${name}`,
    shownOnce: "Copiez-la maintenant : elle ne sera plus affichée. Seule son empreinte est conservée.",
    keyEnds:
      "Ce qui utilise cette clé cesse de fonctionner en moins d’une minute, et quiconque s’est connecté avec elle est déconnecté partout.",

    linksAbout: "Quiconque possède un tel lien voit les rapports de ce site, et rien d’autre.",
    linksNone: "Aucun lien partagé pour l’instant.",
    addLink: "Créer un lien",
    linkNameHint: "À qui il est destiné. Vous seul voyez ce nom.",
    nameTaken: "Un lien porte déjà ce nom.",
    password: "Mot de passe",
    passwordHint: "8 caractères ou plus. Quiconque a ouvert le lien avec un autre devra saisir le nouveau.",
    passwordOptional: "Facultatif. 8 caractères ou plus.",
    withPassword: "avec mot de passe",
    withoutPassword: "sans mot de passe",
    setPassword: "Définir un mot de passe",
    changePassword: "Changer le mot de passe",
    removePassword: "Retirer le mot de passe",
    address: "Adresse",
    embedAndPassword: "Intégration, mot de passe",
    embedCode: "HTML pour l’afficher dans une page",
    embedTitle: (domain: string) => `Visites de ${domain}`,
    embedHint: "Les pages des hôtes du site peuvent l’afficher. Leurs visiteurs peuvent y trouver le lien.",
    linkEnds: "Le lien cesse de fonctionner en moins d’une minute, pour tous ceux qui le possèdent.",

    export: "Export",
    exportAbout:
      "Tous les décomptes de ce site, jour par jour, en fichiers CSV dans un ZIP : à conserver, ou à transférer vers un autre Footfall ou vers Plausible.",
    exportButton: "Télécharger l’export",
    import: "Import",
    importAbout:
      "Un export de Plausible ou d’un autre Footfall : le ZIP tel quel, ou tous ses fichiers CSV. Les jours qui ont été comptés ici sont laissés de côté.",
    chooseFiles: "Déposez ici un ZIP ou des fichiers CSV, ou choisissez-les",
    sending: "Envoi…",
    counting: "Les fichiers sont arrivés et sont en cours de décompte. Cela peut prendre quelques secondes…",
    imported: "Importé.",
    importUnchanged: "Ces données avaient déjà été importées : rien n’a changé.",
    importSums: (days: number, visitors: string, pageviews: string) =>
      plural(days, {
        one: `# jour, visiteurs : ${visitors}, pages vues : ${pageviews}`,
        other: `# jours, visiteurs : ${visitors}, pages vues : ${pageviews}`,
      }),
    importSkipped: (days: number, dates: string) =>
      plural(days, {
        one: `# jour a été laissé de côté, car il est compté ici : ${dates}.`,
        other: `# jours ont été laissés de côté, car ils sont comptés ici : ${dates}.`,
      }),
    importIgnored: (files: string) => `Fichiers sans données à conserver : ${files}.`,
    imports: "Imports",
    importOf: (source: string, dates: string) => `${source}, ${dates}`,
    importEnds:
      "Ses décomptes disparaissent aussitôt des rapports. Les mêmes fichiers peuvent être importés de nouveau.",

    removalAbout: "Efface le site, ses clés et ses liens, ainsi que tout ce qui a été compté pour lui.",
    deleteSite: "Supprimer le site",
    removalLast:
      "Tout ce qui a été compté disparaît avec lui, sans retour possible. Exportez-le d’abord si vous pouvez en avoir besoin.",
    siteDeleted: (domain: string) => `${domain} a été supprimé.`,
  },
};
