import { lazyPart } from "../parts/lazy.tsx";

/** The full list of a dimension, to search and to page through. */
export const List = lazyPart(() => import("./full-list.tsx").then(({ FullList }) => FullList));
