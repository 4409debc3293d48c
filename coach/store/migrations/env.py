"""How Alembic gets at the database: by the connection that `coach.store.schema` hands in, whose transaction it does not end."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], version_table="coach_schema", render_as_batch=True, transactional_ddl=True)
context.run_migrations()
