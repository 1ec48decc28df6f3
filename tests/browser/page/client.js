// Knock's clients on `window`, without a page around them.
import Client from '@knocklabs/client';
import Node from '@knocklabs/node';

window.Client = Client;
window.Node = Node;
