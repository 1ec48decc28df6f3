import { Refusal } from '../pkg/knock_vercel.js';

/** Returns the response to what `work` resolves to. */
export async function respond(work) {
  try {
    return Response.json(await work());
  } catch (error) {
    return failed(error);
  }
}

/** Only what src/lib.rs throws is known to be free of personal data. Of anything else the client learns nothing. */
function failed(error) {
  if (!(error instanceof Refusal)) {
    console.error(error);
    return new Response('the function failed', { status: 500 });
  }
  const { status, message } = error;
  console.error(message);
  // A sentence about the settings helps whoever sets them.
  return new Response(status === 500 ? message : 'the call failed', { status });
}
