import type { SummaryAnswer } from "../../report/summary-answer.ts";
import type { OpenList, View } from "../address.ts";

/** The full list of a dimension, to search and to page through. */
export function List({ list }: { answer: SummaryAnswer; view: View; list: OpenList }) {
  return <p>{list.dimension}</p>;
}
