// Measures the cost of a response in workerd itself.

export default {
  fetch() {
    return new Response('ok');
  },
};
