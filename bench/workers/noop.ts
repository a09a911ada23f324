/** The least a Worker can do: it answers, and never reads the body. */
export default {
  fetch: () => new Response("ok"),
} satisfies ExportedHandler;
