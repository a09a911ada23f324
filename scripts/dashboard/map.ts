/**
 * The world map: one shape a country, drawn once when the dashboard is built, so that browsers get finished shapes and
 * no geography. Shapes and borders are Natural Earth's (public domain), by the package `world-atlas`.
 */
import { createRequire } from "node:module";
import { type GeoPermissibleObjects, geoCentroid, geoEqualEarth, geoPath } from "d3-geo";
import { iso31661NumericToAlpha2 } from "iso-3166/1-n-to-1-a2.js";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";

/** In the map's own units. */
const WIDTH = 1000;
const HEIGHT = 460;
/** Of the circle that stands for a country too small to be seen. */
const MARKER_RADIUS = 4;

/** Nobody lives there, and it would take a fifth of the map. */
const LEFT_OUT = "AQ";

/** Shapes without a number: Kosovo has none yet; addresses in the others are registered under these countries. */
const UNNUMBERED: Partial<Record<string, string>> = { Kosovo: "XK", "N. Cyprus": "CY", Somaliland: "SO" };

/** Parts of countries with codes of their own, which the atlas draws as those countries: longitude, latitude. */
const PARTS: Record<string, [number, number]> = {
  BQ: [-68.3, 12.2],
  CC: [96.8, -12.2],
  CX: [105.7, -10.5],
  GF: [-53.2, 4],
  GP: [-61.5, 16.2],
  MQ: [-61, 14.6],
  RE: [55.5, -21.1],
  SJ: [16, 78.5],
  TK: [-171.8, -9.2],
  YT: [45.2, -12.8],
};

interface Country {
  /** ISO 3166-1 alpha-2, or `XK`. */
  code: string;
  shape: GeoPermissibleObjects;
}

/**
 * The map as SVG: of each country that the atlas has a `path` or, of a small one, a `circle`, with its ISO 3166-1 code in
 * `data-country`. Without colours: those are the page's.
 */
export function worldSvg(): string {
  const shown = countriesOf("countries-110m.json");
  const shapes: GeoPermissibleObjects = {
    type: "GeometryCollection",
    geometries: shown.flatMap(({ shape }) => ("geometry" in shape ? (shape.geometry ?? []) : [])),
  };
  const projection = geoEqualEarth().fitExtent(
    [
      [0, 0],
      [WIDTH, HEIGHT],
    ],
    shapes,
  );
  const path = geoPath(projection).digits(1);
  const paths = new Map<string, string>();
  for (const { code, shape } of shown) paths.set(code, (paths.get(code) ?? "") + relative(path(shape) ?? ""));
  const markers = new Map(Object.entries(PARTS));
  for (const { code, shape } of countriesOf("countries-10m.json")) {
    if (!paths.has(code)) markers.set(code, geoCentroid(shape as Parameters<typeof geoCentroid>[0]));
  }
  const circles = [...markers].flatMap(([code, at]) => {
    const [x, y] = projection(at) ?? [];
    if (x === undefined || y === undefined) return [];
    // Some islands lie a little beyond the shapes' outermost points.
    return `<circle data-country="${code}" cx="${within(x, WIDTH)}" cy="${within(y, HEIGHT)}" r="${MARKER_RADIUS}"/>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}">${[...paths]
    .map(([code, d]) => `<path data-country="${code}" d="${d}"/>`)
    .join("")}${circles.join("")}</svg>\n`;
}

interface Atlas extends Topology {
  objects: { countries: GeometryCollection<{ name: string }> };
}

/** The countries of a file of the atlas that have codes. */
export function countriesOf(file: "countries-110m.json" | "countries-10m.json"): Country[] {
  const atlas: Atlas = createRequire(import.meta.url)(`world-atlas/${file}`);
  return feature(atlas, atlas.objects.countries).features.flatMap((shape) => {
    const code = iso31661NumericToAlpha2[String(shape.id ?? "")] ?? UNNUMBERED[shape.properties.name];
    return code === undefined || code === LEFT_OUT ? [] : { code, shape };
  });
}

/** The middle of a marker, all of which is to be on the map. */
function within(at: number, size: number): number {
  return Math.round(Math.min(Math.max(at, MARKER_RADIUS), size - MARKER_RADIUS));
}

/** A path of the same lines, each point told from the one before: shorter, as neighbours are near. */
function relative(path: string): string {
  let [atX, atY, isLine] = [0, 0, false];
  return path.replace(/([ML])(-?[\d.]+),(-?[\d.]+)/g, (_whole, command: string, x: string, y: string) => {
    // In tenths, of which sums are exact.
    const [toX, toY] = [Math.round(Number(x) * 10), Math.round(Number(y) * 10)];
    const [dx, dy] = [toX - atX, toY - atY];
    if (command === "L" && dx === 0 && dy === 0) return "";
    const before = command === "M" ? "M" : isLine ? " " : "l";
    isLine = command === "L";
    [atX, atY] = [toX, toY];
    return isLine ? `${before}${dx / 10},${dy / 10}` : `${before}${toX / 10},${toY / 10}`;
  });
}
