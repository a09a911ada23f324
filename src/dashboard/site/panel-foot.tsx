import { Menu } from "../parts/menu.tsx";
import { show } from "../state.ts";
import { t } from "../texts.ts";
import { dimensionName } from "./names.ts";
import type { Said } from "./rows.ts";

/** The way to the full list, and what is to be said of the numbers. */
export function PanelFoot({ dimension, said }: { dimension: string; said: Said }) {
  const { common, panels } = t.value;
  return (
    <footer class="panel-foot">
      <button type="button" class="plain" onClick={() => show({ list: { dimension, search: "", page: 1 } })}>
        {common.details}
        <span class="unseen"> {panels.openList(dimensionName(dimension))}</span>
      </button>
      {said.texts.length > 0 && (
        <Menu
          class="plain about"
          label={<span aria-hidden="true">{said.bounds.size > 0 ? "≤" : "i"}</span>}
          name={panels.about}
        >
          {said.texts.map((text) => (
            <p key={text} class="panel-said">
              {text}
            </p>
          ))}
        </Menu>
      )}
    </footer>
  );
}
