import { useEffect, useRef, useState } from "preact/hooks";
import type { Panel } from "../../report/summary-answer.ts";
import type { View } from "../address.ts";
import { show } from "../state.ts";
import { t } from "../texts.ts";
import { chosen, isRowChosen } from "./choosing.ts";
import "./map.css";
import { cellText } from "./rows.ts";
import { shadesOf } from "./shades.ts";
import { valueText } from "./values.ts";

/** Drawn at build time (`scripts/dashboard/map.ts`). */
const ADDRESS = "/dashboard/world.svg";
const COUNTRY = "visit:country";

let shapes: Promise<Element> | null = null;

/** The map's shapes, asked for once. @throws whatever keeps them from being had */
function load(): Promise<Element> {
  shapes ??= fetch(ADDRESS)
    .then((response) => (response.ok ? response.text() : Promise.reject(new Error(response.statusText))))
    .then((text) => {
      const { documentElement } = new DOMParser().parseFromString(text, "image/svg+xml");
      if (documentElement.tagName !== "svg") throw new Error("The map is no SVG");
      return documentElement;
    });
  shapes.catch(() => {
    shapes = null;
  });
  return shapes;
}

interface Props {
  panel: Panel;
  view: View;
  bounds: ReadonlySet<string>;
  /** There is no map to be had. */
  onFail: () => void;
}

/** A country under the pointer, and where that is in parts of the map's width and height. */
interface Pointed {
  code: string;
  x: number;
  y: number;
}

/**
 * Countries on a map, the darker the more visitors came from them. For eyes and pointers: the table of countries says
 * the same to all.
 */
export function WorldMap({ panel, view, bounds, onFail }: Props) {
  const holder = useRef<HTMLDivElement>(null);
  const [drawn, setDrawn] = useState<Element | null>(null);
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const label = t.value.panels.mapLabel;

  useEffect(() => {
    let isThere = true;
    load().then(
      (svg) => isThere && setDrawn(document.importNode(svg, true)),
      () => isThere && onFail(),
    );
    return () => {
      isThere = false;
    };
  }, [onFail]);

  useEffect(() => {
    if (!drawn) return;
    drawn.setAttribute("role", "img");
    drawn.setAttribute("aria-label", label);
    holder.current?.replaceChildren(drawn);
  }, [drawn, label]);

  useEffect(() => {
    if (!drawn) return;
    const shades = shadesOf(panel.rows);
    for (const shape of drawn.children) {
      const code = codeOf(shape);
      const shade = shades.get(code);
      const isChosen = isRowChosen(view.filters, COUNTRY, { value: code });
      shape.setAttribute("class", `${shade ? `shade-${shade}` : ""} ${isChosen ? "chosen" : ""}`);
    }
  }, [drawn, panel, view.filters]);

  const point = (event: PointerEvent) => {
    const code = codeOf(event.target);
    const box = holder.current?.getBoundingClientRect();
    if (!code || !box) return setPointed(null);
    setPointed({ code, x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height });
  };
  const choose = (event: MouseEvent) => {
    const code = codeOf(event.target);
    if (panel.rows.some(({ value, folded }) => value === code && !folded)) show(chosen(view, COUNTRY, { value: code }));
  };
  const row = pointed && panel.rows.find(({ value }) => value === pointed.code);
  return (
    <div class="map">
      {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: keys have the table */}
      <div
        class="map-shapes"
        ref={holder}
        onClick={choose}
        onPointerMove={point}
        onPointerLeave={() => setPointed(null)}
      />
      {pointed && (
        <div
          class={pointed.y < 0.3 ? "map-tip below" : "map-tip"}
          aria-hidden="true"
          style={{ left: `${Math.min(Math.max(pointed.x, 0.18), 0.82) * 100}%`, top: `${pointed.y * 100}%` }}
        >
          <strong>{valueText(COUNTRY, { value: pointed.code })}</strong>
          {row &&
            panel.metrics.map((metric) => (
              <span key={metric}>
                {t.value.metrics[metric]} {cellText(metric, row[metric], { isBound: bounds.has(metric) })}
              </span>
            ))}
        </div>
      )}
    </div>
  );
}

function codeOf(target: EventTarget | null): string {
  return (target instanceof Element && target.getAttribute("data-country")) || "";
}
