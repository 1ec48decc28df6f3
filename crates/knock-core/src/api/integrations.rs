//! Integrations: endpoints for Census and Hightouch, which sync data into Knock.
