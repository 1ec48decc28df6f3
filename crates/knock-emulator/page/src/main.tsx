import './style/base.css';
import './style/parts.css';
import './style/views.css';
import './style/previews.css';

import { render } from 'preact';

import { App } from './app';
import { connect } from './lib/live';
import { applyTheme } from './lib/session';

applyTheme();
connect();
const root = document.getElementById('app');
if (root) render(<App />, root);
