import type { SummaryAnswer } from "../../report/summary-answer.ts";
import type { View } from "../address.ts";
import { percent, whole } from "../format.ts";
import { t } from "../texts.ts";
import { droppedOf, shareOf } from "./dropped.ts";
import "./drops.css";

/** What was not counted, and why. */
export function Drops({ answer, view }: { answer: SummaryAnswer; view: View }) {
  const { drops: texts } = t.value;
  const { drops } = answer;
  const greatest = Math.max(...drops.map(({ count }) => count));
  // What is dropped is never described: filters leave out none of it, but of what it would be a share.
  const share = view.filters.length === 0 ? shareOf(answer) : null;
  return (
    <section class="card drops" aria-labelledby="drops-title">
      <h2 id="drops-title">{texts.title}</h2>
      {drops.length === 0 ? (
        <p class="soft">{texts.none}</p>
      ) : (
        <>
          <p class="soft">
            {texts.summary(droppedOf(drops))} {share !== null && texts.share(percent(share, 1))}
          </p>
          <table class="rows full">
            <thead>
              <tr>
                <th scope="col">{texts.reason}</th>
                <th scope="col" class="number">
                  {texts.count}
                </th>
              </tr>
            </thead>
            <tbody>
              {drops.map(({ reason, text, count }) => (
                <tr key={reason}>
                  <th scope="row">
                    <span class="row-bar" style={{ width: `${(100 * count) / greatest}%` }} />
                    <span class="row-cell">
                      <span class="row-value" title={texts.reasons[reason] ?? text}>
                        {texts.reasons[reason] ?? text}
                      </span>
                    </span>
                  </th>
                  <td class="number">{whole(count)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <details>
            <summary>{texts.why}</summary>
            <dl>
              {drops.map(({ reason, text }) => (
                <div key={reason}>
                  <dt>{texts.reasons[reason] ?? text}</dt>
                  <dd class="soft">{texts.explanations[reason] ?? text}</dd>
                </div>
              ))}
            </dl>
            <p class="soft">{texts.approximate}</p>
          </details>
        </>
      )}
    </section>
  );
}
