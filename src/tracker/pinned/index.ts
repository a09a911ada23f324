/** The scripts by their hash, for a tag's `integrity`. Written by `npm run pin`, as are the files beside. */
export const PINNED = {
  script: {
    path: "/pinned/script.924c7ce4172f7aea.js",
    integrity: "sha384-DIh2XhfhQ3/wL5i6ReZf1LbUiY5H7UGfEr7J1yyuPsKYugp480YGXClovBY3dIZ+",
  },
  "script.full": {
    path: "/pinned/script.full.17fe365f3f2a761f.js",
    integrity: "sha384-/fmGm2q4snd226gZhj5EOCBvlfsPZfTklMZ5gYP1xAvgnA4dcts4kztLhcoG87IL",
  },
} as const;
