import { describe, expect, it } from "vitest";
import { expectCounted, propsOf, tag } from "./sites.ts";
import { useTab } from "./tab.ts";

const tab = useTab();

const QUEUE = `<script>window.NAME=window.NAME||function(){(NAME.q=NAME.q||[]).push(arguments)};NAME("Early",{props:{from:"queue"}})</script>`;

describe.each(["/script.js", "/script.full.js"])("%s", (script) => {
  it.each(["footfall", "plausible"])("sends what %s() was called with, before and after it came", async (name) => {
    const site = await tab.makeSite({ "/": `<title>x</title>${QUEUE.replaceAll("NAME", name)}${tag("", script)}` });
    await tab.page.goto(site.origin);
    const status = await tab.page.evaluate(
      (name) =>
        new Promise((resolve) => {
          const call = window[name as "footfall"];
          call?.("Signup", {
            props: { plan: "pro", seats: 3, none: null },
            revenue: { amount: 10.5, currency: "EUR" },
            callback: (answer) => resolve((answer as Response).status),
          });
        }),
      name,
    );
    expect(status).toBe(202);
    await expectCounted(site, { visits: 1, views: { "/": 1 }, events: { Early: 1, Signup: 1 } });
    expect(await propsOf(site, "plan")).toEqual({ pro: 1 });
    expect(await propsOf(site, "seats")).toEqual({ 3: 1 });
    expect(await propsOf(site, "from")).toEqual({ queue: 1 });
  });

  it("counts page views that the page sends, with a URL of their own", async () => {
    const site = await tab.makeSite({ "/": `<title>x</title>${tag("", script)}` });
    await tab.page.goto(site.origin);
    await tab.page.evaluate(() => {
      window.footfall?.("pageview", { url: `${location.origin}/virtual` });
      window.plausible?.("pageview", { u: `${location.origin}/of/plausible` });
      window.footfall?.("Seen", { interactive: false });
    });
    await expectCounted(site, { views: { "/": 1, "/virtual": 1, "/of/plausible": 1 }, events: { Seen: 1 } });
  });

  it("counts outbound links: by click, middle click and key, in a new tab and in this one", async () => {
    const site = await tab.makeSite({
      "/": `<title>x</title>${tag("", script)}
        <a id="tab" target="_blank" href="OTHER/tab?a=1">Tab</a>
        <a id="middle" href="OTHER/middle"><b><i id="inner">Middle</i></b></a>
        <a id="key" target="_blank" href="OTHER/key">Key</a>
        <a id="own" href="/own">Own</a><a id="mail" href="mailto:a@other.example">Mail</a>
        <a id="js" href="javascript:void 0">JS</a><a id="zip" href="mailto:joe@corp.zip">Mail</a>
        <svg><a href="/drawn"><text y="20" id="svg">SVG</text></a></svg>
        <a id="icon" target="_blank" href="OTHER/icon"><svg><symbol id="i"><rect width="9" height="9"/></symbol><use href="#i"/></svg></a>
        <a id="stops" target="_blank" href="OTHER/stops" onclick="event.stopImmediatePropagation()">Stops</a>
        <a id="same" href="OTHER/same">Same</a>`,
      "/own": `<title>Own</title>${tag("", script)}`,
      "/drawn": "<title>Drawn</title>",
    });
    await tab.page.goto(site.origin);
    await tab.page.click("#tab");
    await tab.page.click("#inner", { button: "middle" });
    await tab.page.click("#middle", { button: "right" });
    await tab.page.focus("#key");
    await tab.page.keyboard.press("Enter");
    await tab.page.click("#mail");
    await tab.page.click("#js");
    await tab.page.click("#zip");
    await tab.page.click("#icon use");
    await tab.page.click("#stops");
    await tab.page.click("#same");
    await tab.page.waitForURL("http://other.example:*/same");
    await tab.page.goto(site.origin);
    await tab.page.click("#svg");
    await tab.page.goto(site.origin);
    await tab.page.click("#own");
    await expectCounted(site, { views: { "/": 3, "/own": 1 }, events: { "Outbound Link: Click": 6 } });
    const { other } = site;
    expect(await propsOf(site, "url")).toEqual({
      [`${other}/tab?a=1`]: 1,
      [`${other}/middle`]: 1,
      [`${other}/key`]: 1,
      [`${other}/icon`]: 1,
      [`${other}/stops`]: 1,
      [`${other}/same`]: 1,
    });
  });

  it("counts downloads, whose navigation it does not delay", async () => {
    const site = await tab.makeSite({
      "/": `<title>x</title>${tag("", script)}<a id="a" href="/paper.PDF?v=2">Paper</a>
        <a id="b" href="OTHER/data.zip" target="_blank">Data</a><a id="c" href="/pdf">Page</a>`,
      "/paper.PDF": { headers: { "Content-Disposition": "attachment; filename=paper.PDF" }, body: "paper" },
      "/pdf": "<title>About PDF</title>",
    });
    await tab.page.goto(site.origin);
    const [download] = await Promise.all([tab.page.waitForEvent("download"), tab.page.click("#a")]);
    expect(download.suggestedFilename()).toBe("paper.PDF");
    await tab.page.click("#b");
    await tab.page.click("#c");
    await expectCounted(site, { events: { "File Download": 2 } });
    expect(await propsOf(site, "url")).toEqual({
      [`${site.origin}/paper.PDF?v=2`]: 1,
      [`${site.other}/data.zip`]: 1,
    });
  });

  it("takes a click for one in the shadow of a custom element", async () => {
    const site = await tab.makeSite({
      "/": `<title>x</title>${tag("", script)}<x-link></x-link><script>
        customElements.define("x-link", class extends HTMLElement {
          connectedCallback() {
            this.attachShadow({mode: "open"}).innerHTML = '<a target=_blank href="OTHER/shadow">S</a>';
          }
        })</script>`,
    });
    await tab.page.goto(site.origin);
    await tab.page.click("x-link >> a");
    await expectCounted(site, { events: { "Outbound Link: Click": 1 } });
  });
});

describe.each(["/script.full.js", "/js/script.tagged-events.pageview-props.exclusions.js"])("%s", (script) => {
  it("counts clicks on elements that name an event, and not also the link", async () => {
    const site = await tab.makeSite({
      "/": `<title>x</title>${tag("", script)}
        <button id="a" data-footfall-event="Signup" data-footfall-event-plan="pro" data-footfall-event-step="1"><b>Sign up</b></button>
        <a id="b" class="btn plausible-event-name=Try+it plausible-event-plan=C--x btn--big" target="_blank" href="OTHER/try">Try</a>
        <div data-footfall-event="Outer"><span data-footfall-event="Inner" id="c">Inner</span></div>
        <svg class="plausible-event-name--Drawn"><circle r="9" id="d"></circle></svg>`,
    });
    await tab.page.goto(site.origin);
    for (const id of ["#a b", "#b", "#c", "#d"]) await tab.page.click(id);
    await expectCounted(site, { events: { Signup: 1, "Try it": 1, Inner: 1, Drawn: 1 } });
    expect(await propsOf(site, "plan")).toEqual({ pro: 1, "C--x": 1 });
    expect(await propsOf(site, "step")).toEqual({ 1: 1 });
    expect(await propsOf(site, "url")).toEqual({ [`${site.other}/try`]: 1 });
  });

  it("counts submitted forms, by their own name if they have one", async () => {
    const form = (attributes: string, id: string) =>
      `<form ${attributes} onsubmit="event.preventDefault()"><input id="in-${id}" required value="x"><button id="${id}">Go</button></form>`;
    const site = await tab.makeSite({
      "/contact": `<title>x</title>${tag("", script)}${form("", "a")}
        ${form('data-footfall-event="Contact" data-footfall-event-kind="sales"', "b")}
        ${form('class="plausible-event-name=Old+form"', "c")}
        <div data-footfall-event="Around">${form("", "d")}</div>`,
    });
    await tab.page.goto(`${site.origin}/contact`);
    for (const id of ["#a", "#b", "#in-b", "#c"]) await tab.page.click(id);
    await tab.page.fill("#in-a", "");
    // Not valid, not submitted.
    await tab.page.click("#a");
    await tab.page.focus("#in-c");
    await tab.page.keyboard.press("Enter");
    await tab.page.evaluate(() => document.querySelector<HTMLFormElement>("div form")?.requestSubmit());
    await expectCounted(site, { events: { "Form: Submission": 2, Contact: 1, "Old form": 2 } });
    expect(await propsOf(site, "path")).toEqual({ "/contact": 2 });
    expect(await propsOf(site, "kind")).toEqual({ sales: 1 });
  });

  it("adds the tag's properties to page views and events", async () => {
    const site = await tab.makeSite({
      "/": `<title>x</title>${tag('event-author="Jane Doe" event-logged-in="no"', script)}`,
    });
    await tab.page.goto(site.origin);
    await tab.page.evaluate(() => window.footfall?.("Read", { props: { "logged-in": "yes" } }));
    await expectCounted(site, { views: { "/": 1 }, events: { Read: 1 } });
    expect(await propsOf(site, "author")).toEqual({ "Jane Doe": 2 });
    expect(await propsOf(site, "logged-in")).toEqual({ no: 1, yes: 1 });
  });

  it("sends nothing from excluded pages, and only from included ones", async () => {
    const attributes = 'data-include="/blog/**, /shop/*, /a.b" data-exclude="/blog/draft/*,/blog/**/secret"';
    const site = await tab.makeSite({ "*": `<title>x</title>${tag(attributes, script)}` });
    await tab.page.goto(`${site.origin}/blog/a/b`);
    const paths = [
      "/",
      "/blog/draft/x",
      "/blog/draft/x/y",
      "/blog/1/2/secret",
      "/shop/1",
      "/shop/1/2",
      "/shop/2/",
      "/a.b",
      "/aXb",
    ];
    await tab.page.evaluate(async (paths) => {
      for (const path of paths) {
        history.pushState({}, "", path);
        await new Promise((callback) => window.footfall?.(`On ${path}`, { callback }));
      }
    }, paths);
    await tab.page.evaluate(() => history.pushState({}, "", "/blog/last"));
    const counted = ["/blog/draft/x/y", "/shop/1", "/shop/2/", "/a.b"];
    await expectCounted(site, {
      views: { "/blog/a/b": 1, "/blog/last": 1, ...Object.fromEntries(counted.map((path) => [path, 1])) },
      events: Object.fromEntries(counted.map((path) => [`On ${path}`, 1])),
    });
  });
});

it("leaves page views to the page with Plausible's manual script, and reads other features from its address", async () => {
  const site = await tab.makeSite({
    "/": `<title>x</title>${tag("", "/js/script.manual.hash.js")}`,
    "/b": `<title>x</title>${tag("", "/js/script.outbound-links.js")}`,
  });
  await tab.page.goto(`${site.origin}/#one`);
  await tab.page.evaluate(async () => {
    history.pushState({}, "", "#two");
    await new Promise((callback) => window.plausible?.("pageview", { u: `${location.origin}/by/hand`, callback }));
    await new Promise((callback) => window.plausible?.("Event", { callback }));
  });
  await tab.page.goto(`${site.origin}/b#x`);
  await expectCounted(site, { views: { "/by/hand": 1, "/b": 1 }, events: { Event: 1 } });
});

describe.each([
  ["/script.js", "pdf csv txt zip rar 7z gz exe pkg dmg mp3 mp4 mov doc docx xls xlsx ppt pptx"],
  [
    "/script.full.js",
    "pdf xls xlsx doc docx txt rtf csv exe key pps ppt pptx 7z pkg rar gz zip avi mov mp4 mpg mpeg wma wmv mid midi mp3 wav dmg",
  ],
])("%s", (script, types) => {
  it("takes the types of files that the docs name for downloads, and no others", async () => {
    const links = [...types.split(" "), "html", "php", "zipped", "mp5"].map((type) => `<a href="/file.${type}">.</a>`);
    const cancel = `<script>addEventListener("click", (event) => event.preventDefault())</script>`;
    const site = await tab.makeSite({ "/": `<title>x</title>${tag("", script)}${cancel}${links.join("")}` });
    await tab.page.goto(site.origin);
    await tab.page.evaluate(async () => {
      for (const link of document.querySelectorAll("a")) {
        link.click();
        await new Promise((resolve) => setTimeout(resolve));
      }
    });
    await expectCounted(site, { events: { "File Download": types.split(" ").length } });
    const counted = Object.keys(await propsOf(site, "url")).map((url) => url.split(".").at(-1));
    expect(counted.sort()).toEqual(types.split(" ").sort());
  });
});

describe("/script.full.js", () => {
  it("counts a click on a label once, though its field is clicked as well", async () => {
    const site = await tab.makeSite({
      "/": `<title>x</title>${tag("", "/script.full.js")}
        <label data-footfall-event="Chosen"><input type="radio" name="a"><b>Choose</b></label>`,
    });
    await tab.page.goto(site.origin);
    await tab.page.click("b");
    await tab.page.click("input");
    await expectCounted(site, { events: { Chosen: 2 } });
  });

  it("bears forms whose fields have the names of what it asks elements for", async () => {
    const names = ["attributes", "classList", "localName", "href", "tagName", "host"];
    const fields = names.map((name) => `<input name="${name}" value="x">`);
    const site = await tab.makeSite({
      "/": `<title>x</title>${tag("", "/script.full.js")}
        <form class="plausible-event-name=Odd" onsubmit="event.preventDefault()">${fields.join("")}
          <a href="OTHER/x" target="_blank">Out</a><button>Go</button></form>`,
    });
    await tab.page.goto(site.origin);
    await tab.page.click("a");
    await tab.page.click("button");
    // Of such a form it is not seen that it names its event.
    await expectCounted(site, { events: { "Outbound Link: Click": 1, "Form: Submission": 1 } });
  });

  it("sends what both of two stubs gathered", async () => {
    const stubs = ["footfall", "plausible"].map((name) => QUEUE.replaceAll("NAME", name).replace("Early", name));
    const site = await tab.makeSite({ "/": `<title>x</title>${stubs.join("")}${tag("", "/script.full.js")}` });
    await tab.page.goto(site.origin);
    await expectCounted(site, { events: { footfall: 1, plausible: 1 } });
  });

  it("works as a module, and does nothing as one without a domain", async () => {
    const module = tag("", "/script.full.js").replace("defer", 'type="module"');
    const site = await tab.makeSite({
      "/a": `<title>x</title>${module}`,
      "/b": `<title>x</title>${module.replace('data-domain="DOMAIN"', "")}`,
    });
    await tab.page.goto(`${site.origin}/b`);
    await tab.page.goto(`${site.origin}/a`);
    await expectCounted(site, { views: { "/a": 1 } });
  });

  it("takes nothing else of its address for a setting", async () => {
    const site = await tab.makeSite({
      "/a": `<title>x</title>${tag("", "/js/script.domain.include.api.js?v=manual.1.js")}`,
    });
    await tab.page.goto(`${site.origin}/a`);
    await expectCounted(site, { views: { "/a": 1 } });
  });
});
