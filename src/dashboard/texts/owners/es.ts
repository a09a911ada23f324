/** Spanish, such as is read everywhere. Readers are spoken to as "usted", and seldom. */

import { pluralIn } from "../plural.ts";
import type { OwnersTexts } from "./en.ts";

const plural = pluralIn("es");

export const owners: OwnersTexts = {
  sites: {
    title: "Sitios",
    where: "Ubicación actual",
    search: "Buscar sitios",
    today: "Visitantes hoy",
    now: "Ahora",
    days: (days, visitors) =>
      plural(days, {
        one: `Visitantes de # día: ${visitors}`,
        other: `Visitantes de los últimos # días, día por día: ${visitors} en total`,
      }),
    away: "Por ahora no se pueden leer estas cifras.",
    public: "Público",
    settingsOf: (domain) => `Configuración de ${domain}`,
    moreShown: "Se muestran más sitios.",
    none: "Esta clave no abre ningún sitio.",
    noneYet:
      "Añada el primer sitio. Recibirá un fragmento para sus páginas y verá aquí cuándo llega la primera visita.",
    add: "Añadir un sitio",
    addButton: "Añadir el sitio",
    domain: "Dominio",
    domainHint: "Basta una dirección copiada del navegador. Los subdominios cuentan con él.",
    timezoneHint: "Los días del sitio empiezan y terminan a la medianoche de esta zona.",
    made: (domain) => `${domain} está listo para contar`,
    paste:
      "Pegue esto en el cuerpo de cada página que se deba contar. El <img> que contiene cuenta a los visitantes sin JavaScript; donde una página no pueda llevar scripts, pegue solo el <img>.",
    snippet: "Fragmento",
    openReports: "Abrir los informes",
    done: "Listo",
    firstHit: {
      waiting: "A la espera del primer registro. Abra una de las páginas en otra pestaña.",
      received: "Se recibió el primer registro.",
      pageviews: (count) =>
        plural(count, { one: "# página vista hoy.", many: "# de páginas vistas hoy.", other: "# páginas vistas hoy." }),
      events: (count) =>
        plural(count, { one: "# evento más hoy.", many: "# de eventos más hoy.", other: "# eventos más hoy." }),
      open: "Ver el día de hoy",
      dropped: "Llegan solicitudes, pero ninguna se cuenta:",
      settings: "Cambiar lo que cuenta",
    },
  },
  settings: {
    title: "Configuración",
    of: (domain) => `Configuración de ${domain}`,
    parts: {
      snippet: "Fragmento",
      general: "General",
      collected: "Qué se recoge",
      counting: "Qué cuenta",
      goals: "Objetivos",
      keys: "Claves",
      links: "Enlaces compartidos",
      exchange: "Importar y exportar",
      removal: "Eliminar el sitio",
    },
    otherKey:
      "Esta clave no puede cambiar la configuración de este sitio. Hace falta la clave de administración, o una clave que pueda cambiar la configuración y sea para este sitio o para todos.",
    noSuchSite: "No hay ningún sitio con este nombre.",
    line: (line, rule) => `Línea ${line}: ${rule}`,
    name: "Nombre",
    deleteEntry: (name) => `Eliminar ${name}`,
    madeOn: (day) => `fecha de creación: ${day}`,
    phrase: (text) => `Escriba ${text} para continuar`,
    phraseWrong: "Esto no es lo que hay que escribir.",

    pinned: "Lo mismo, fijado a una versión del script",
    pinnedHint:
      "El navegador ejecuta exactamente esta versión, comprobada por su hash (Subresource Integrity). Las versiones posteriores solo se obtienen pegándolo de nuevo.",
    pinnedSnippet: "Fragmento fijado",
    check: "Comprobar si llegan registros",

    timezone: "Zona horaria",
    timezoneHint:
      "Los días empiezan y terminan a la medianoche de esta zona. Un cambio se aplica desde la próxima medianoche del sitio.",
    timezoneFrom: (zone, day) => `${zone} se aplica desde el ${day}.`,
    visibility: "Quién ve las cifras",
    public: "Público",
    publicHint: "Cualquiera puede ver los informes de este sitio, sin clave.",
    publicAddress: "Dirección de la página pública",
    badge: "Insignia",
    badgeHint: "Cualquier página puede mostrar una imagen con las cifras de este sitio.",
    badgeCode: "HTML de la insignia",
    badgeAlt: "páginas vistas",
    minVisitors: "Número mínimo de visitantes que se muestra por separado",
    minVisitorsHint:
      "A quienes no tienen una clave suya, los valores con menos visitantes se les muestran juntos como «Otros» y los ingresos se les ocultan. 0 muestra todo.",

    collectedAbout:
      "Footfall guarda recuentos: cuántos visitantes, visitas y páginas vistas tuvo un valor en un día. Dos de los valores pueden contarse juntos, nunca más.",
    counted: "Se cuenta de cada visita, en la medida en que el navegador lo indica",
    countedToo: ["Propiedades que tengan sus eventos", "Importes de objetivos que tengan moneda"],
    never: "Nunca se guarda",
    neverList: [
      "Cookies ni nada más en el dispositivo del visitante (salvo la exclusión, si el visitante la pide)",
      "La dirección IP y el User-Agent completo: desaparecen con la solicitud",
      "La ciudad o las coordenadas: como máximo, país y región",
      "Lo que sigue al ? en la dirección de una página, salvo utm_…, ref y source",
      "El tamaño de la pantalla: como máximo, una clase de anchuras",
      "Quién vino, o que alguien volvió otro día",
      "Lo que hizo un visitante: no hay registro de ninguna visita por separado",
    ],
    kept: "Por cuánto tiempo",
    retentionMonths: "Meses durante los que se guardan los recuentos",
    retentionMonthsHint: "De 2 a 1200, incluido el mes en curso. Con 0 se guardan para siempre.",
    detailDays: "Días durante los que se guardan los recuentos de dos valores juntos",
    detailDaysHint: "Son los que leen los filtros. De 8 a 3660. Con 0 se guardan para siempre.",
    erases:
      "Los recuentos más antiguos se borrarán y no se podrán recuperar. Expórtelos antes si los pudiera necesitar.",
    saveAndErase: "Guardar y borrar",

    countingAbout: "Lo que se descarta aparece en los informes, en «No contado», con su motivo. Una entrada por línea.",
    lists: {
      allowed_hosts: "Hosts cuyas páginas cuentan",
      excluded_paths: "Rutas que no cuentan",
      excluded_countries: "Países que no cuentan",
    },
    allowedHostsHint: (domain) =>
      `Por ejemplo, shop.example.com o *.example.com. Vacío: ${domain} y sus subdominios. Las páginas de estos hosts también pueden insertar los informes.`,
    excludedPathsHint:
      "Por ejemplo, /admin/**. * representa cualquier cosa dentro de una parte de la ruta; **, cualquier cosa sin límite.",
    excludedCountriesHint: "Códigos de dos letras (ISO 3166-1), por ejemplo, LV. T1 es Tor.",

    goalsAbout:
      "Lo que se desea que hagan los visitantes. Una página se cuenta como objetivo desde ahora; un evento, desde que existe.",
    addGoal: "Añadir un objetivo",
    goalType: "El objetivo es",
    eventGoal: "un evento",
    pageGoal: "una página que se ve",
    eventName: "Nombre del evento",
    eventNameHint: "Tal como lo envían sus páginas.",
    pagePath: "Ruta de la página",
    pagePathHint: "* representa cualquier cosa dentro de una parte de la ruta; **, cualquier cosa sin límite.",
    currency: "Moneda, si el evento trae importes",
    currencyHint: "Por ejemplo, EUR. Opcional.",
    goalStays: "Lo que se contó de él se conserva. El objetivo se puede volver a crear.",

    keysAbout: "Para programas que usan la API y para iniciar sesión aquí.",
    keysForAdmin: "Crea y elimina claves quien inicia sesión con la clave de administración.",
    keysNone: "Todavía no hay claves.",
    addKey: "Crear una clave",
    keyNameHint: "Para qué es, por ejemplo, «Informe para el equipo».",
    mayDo: "Puede",
    scopes: { stats: "leer informes", sites: "cambiar la configuración" },
    everySite: "todos los sitios",
    thisSite: "este sitio",
    forAllSites: "Para todos los sitios, también los futuros",
    newKey: (name) => `Clave nueva: ${name}`,
    shownOnce: "Cópiela ahora: no se volverá a mostrar. Solo se guarda su hash.",
    keyEnds:
      "Lo que usa esta clave deja de funcionar en menos de un minuto, y a quien inició sesión con ella se le cierra en todas partes.",

    linksAbout: "Quien tiene un enlace así ve los informes de este sitio y nada más.",
    linksNone: "Todavía no hay enlaces compartidos.",
    addLink: "Crear un enlace",
    linkNameHint: "Para quién es. Solo usted lo ve.",
    nameTaken: "Ya hay un enlace con este nombre.",
    password: "Contraseña",
    passwordHint: "8 caracteres o más. Quien abrió el enlace con otra tiene que volver a hacerlo.",
    passwordOptional: "Opcional. 8 caracteres o más.",
    withPassword: "con contraseña",
    withoutPassword: "sin contraseña",
    setPassword: "Poner contraseña",
    changePassword: "Cambiar la contraseña",
    removePassword: "Quitar la contraseña",
    address: "Dirección",
    embedAndPassword: "Insertar, contraseña",
    embedCode: "HTML para mostrarlo dentro de una página",
    embedTitle: (domain) => `Visitas de ${domain}`,
    embedHint:
      "Las páginas de los hosts del sitio pueden mostrarlo. Sus visitantes pueden encontrar el enlace en ellas.",
    linkEnds: "El enlace deja de funcionar en menos de un minuto, para todos los que lo tienen.",

    export: "Exportar",
    exportAbout:
      "Todos los recuentos de este sitio, día por día, como archivos CSV en un ZIP: para guardarlos o para llevarlos a otro Footfall o a Plausible.",
    exportButton: "Descargar la exportación",
    import: "Importar",
    importAbout:
      "Una exportación de Plausible o de otro Footfall: el ZIP tal cual, o sus archivos CSV juntos. Los días que ya se contaron aquí se omiten.",
    chooseFiles: "Suelte aquí un ZIP o archivos CSV, o elíjalos",
    sending: "Enviando…",
    counting: "Ya llegó y se está contando. Puede tardar unos segundos…",
    imported: "Importado.",
    importUnchanged: "Esto ya se había importado: no ha cambiado nada.",
    importSums: (days, visitors, pageviews) =>
      plural(days, {
        one: `# día, visitantes: ${visitors}, páginas vistas: ${pageviews}`,
        other: `# días, visitantes: ${visitors}, páginas vistas: ${pageviews}`,
      }),
    importSkipped: (days, dates) =>
      plural(days, {
        one: `Se omitió # día, pues está contado aquí: ${dates}.`,
        other: `Se omitieron # días, pues están contados aquí: ${dates}.`,
      }),
    importIgnored: (files) => `Archivos sin nada que se pueda guardar: ${files}.`,
    imports: "Importaciones",
    importOf: (source, dates) => `${source}, ${dates}`,
    importEnds:
      "Sus recuentos desaparecen de los informes en el acto. Los mismos archivos se pueden volver a importar.",

    removalAbout: "Borra el sitio, sus claves y enlaces, y todo lo que se contó de él.",
    deleteSite: "Eliminar el sitio",
    removalLast:
      "Todo lo que se contó desaparece con él y no se puede recuperar. Expórtelo antes si lo pudiera necesitar.",
    siteDeleted: (domain) => `Se eliminó ${domain}.`,
  },
};
