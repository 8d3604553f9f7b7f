"""Alembic's entry: the migrations run on the connection, and in the transaction, of `Database.migrate`."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=False)
context.run_migrations()
