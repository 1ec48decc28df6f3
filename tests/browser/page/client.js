// Clients on `window`, without a page around them.
import Client from '@knocklabs/client';
import Node from '@knocklabs/node';

import { Exchange } from '../../../crates/knock-fetch/src/exchange.js';

window.Client = Client;
window.Node = Node;
window.Exchange = Exchange;
