/** Returns the response to what `work` resolves to. */
export async function respond(work) {
  try {
    return Response.json(await work());
  } catch (error) {
    // A `Refusal` has a status and one line without personal data.
    const { status = 500, message } = error;
    console.error(message);
    return new Response(status === 500 ? message : 'the call failed', { status });
  }
}
