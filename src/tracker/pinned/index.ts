/** The scripts by their hash, for a tag's `integrity`. Written by `npm run pin`, as are the files beside. */
export const PINNED = {
  script: {
    path: "/pinned/script.c9a86911e74e356a.js",
    integrity: "sha384-weSInDy5IMsRuQGQ7CLpO9lT76yvNgo7pel+mQJ8HsOWPZ/LskZFCYwFL/Bq6b2M",
  },
  "script.full": {
    path: "/pinned/script.full.0db905fc814eaedc.js",
    integrity: "sha384-Cgo2YhvwCEbUDsVqjY6mjgQxDDYShLfrMGv5ld3aiYcwgLXDbDXG7ZRjS7/zrT5w",
  },
} as const;
