import type { SummaryAnswer } from "../../report/summary-answer.ts";
import type { View } from "../address.ts";
import { serverNow } from "../server-time.ts";
import { show } from "../state.ts";
import { t } from "../texts.ts";
import { DatesDialog } from "./dates.tsx";
import { FilterEditor } from "./filter-editor.tsx";
import { KeysHelp } from "./keys-help.tsx";
import { closeOpened, type Opened } from "./opened.ts";
import { daysOf, knownBy, withinKnown } from "./period.ts";
import "./dialogs.css";

interface Props {
  opened: Opened;
  view: View;
  answer: SummaryAnswer;
}

/** The dialog that is open over the view. */
export function SiteDialog({ opened, view, answer }: Props) {
  const known = knownBy(answer, serverNow());
  switch (opened.kind) {
    case "filter":
      return <FilterEditor view={view} answer={answer} at={opened.at} onClose={closeOpened} />;
    case "keys":
      return <KeysHelp onClose={closeOpened} />;
    case "dates":
      return (
        <DatesDialog
          title={t.value.period.title}
          days={withinKnown(answer.period, known)}
          known={known}
          onChoose={({ from, to }) =>
            show({
              ...(from === to ? { period: "day", date: from } : { period: "custom", date: `${from},${to}` }),
              interval: null,
            })
          }
          onClose={closeOpened}
        />
      );
    case "compared dates":
      return (
        <DatesDialog
          title={t.value.comparison.title}
          days={withinKnown(answer.compared_with ?? daysOf(view, known), known)}
          known={known}
          onChoose={({ from, to }) => show({ compare: "custom", compareDate: `${from},${to}` })}
          onClose={closeOpened}
        />
      );
  }
}
