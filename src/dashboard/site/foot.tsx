import type { SummaryAnswer } from "../../report/summary-answer.ts";
import { addressOf, type Place } from "../address.ts";
import { dateRange, listed } from "../format.ts";
import { LanguageChoice } from "../parts/language.tsx";
import { Link } from "../parts/link.tsx";
import { t } from "../texts.ts";
import { dimensionName } from "./names.ts";
import { type Gathered, gathered } from "./notes.ts";
import { opened } from "./opened.ts";
import { noteText } from "./rows.ts";
import "./foot.css";

interface Props {
  at: Extract<Place, { kind: "site" }>;
  answer: SummaryAnswer | null;
}

/** What is to be said of the numbers, the language, and who made this. */
export function Foot({ at, answer }: Props) {
  const { foot, common, keys } = t.value;
  // Where nothing has been counted there are no numbers to be said something of.
  const notes = gathered(answer?.first_day ? answer.notes : []);
  return (
    <footer class="foot">
      {notes.length > 0 && (
        <details>
          <summary>{foot.notes(notes.length)}</summary>
          <ul>
            {notes.map((note) => (
              <li key={note.code}>
                {noteText(note)} <span class="soft">{about(note)}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
      {at.embed ? (
        <a href={addressOf({ ...at, embed: false })} target="_blank" rel="noopener" title={foot.openWhole}>
          Footfall
        </a>
      ) : (
        <>
          {answer && <p>{foot.timezone(answer.timezone)}</p>}
          <p>{common.poweredBy}</p>
          <div class="foot-row">
            <LanguageChoice />
            <button
              type="button"
              class="plain"
              disabled={answer === null}
              onClick={() => {
                opened.value = { kind: "keys" };
              }}
            >
              {keys.title}
            </button>
            {answer && !answer.viewer.owner && <Link to={{ kind: "sites" }}>{foot.logIn}</Link>}
          </div>
        </>
      )}
    </footer>
  );
}

/** Which numbers, which lists, and which days it is about. */
function about({ metrics, dimensions, days }: Gathered): string {
  const parts = [
    metrics.map((metric) => t.value.metrics[metric]),
    dimensions.map(dimensionName),
    days.map(({ from, to }) => dateRange(from, to)),
  ];
  return parts.flatMap((names) => (names.length > 0 ? listed(names, "conjunction") : [])).join(" · ");
}
