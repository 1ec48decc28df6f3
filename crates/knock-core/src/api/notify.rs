//! The endpoints that came before workflow triggers; kept by Knock for old callers.
