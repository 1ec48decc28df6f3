// What an answer costs in workerd itself.

export default {
  fetch() {
    return new Response('ok');
  },
};
