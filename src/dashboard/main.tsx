/**
 * The dashboard: a page that asks the API one question a view and draws the answer. Comes in: the address, which names the
 * view in full (`address.ts`), and answers (`src/report/summary-answer.ts`). Goes out: the page. It counts nothing: each
 * number on it is one of an answer.
 */

import { render } from "preact";
import "./style.css";
import { App } from "./app.tsx";
import { followAddress } from "./summary.ts";
import { loadLanguage } from "./texts.ts";

followAddress();
const root = document.getElementById("app");
// Not awaited at the top level: the words' own script may import from this one, and each would wait for the other.
void loadLanguage().then(
  () => root && render(<App />, root),
  () => {
    // There are no words of any language to say it in.
    if (root) root.textContent = "Footfall could not be loaded. Please load this page again.";
  },
);
