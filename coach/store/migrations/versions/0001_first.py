"""The first tables: replies of models, corrections of reps, runs of the evals."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the tables."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "coach_replies",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("reply", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("used", moment, nullable=False),
    )
    op.create_index("coach_replies_used", "coach_replies", ["used"])
    op.create_table(
        "coach_corrections",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", moment, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("criterion", sa.String(100)),
        sa.Column("rule", sa.String(100), nullable=False),
        sa.Column("note", sa.String(64), nullable=False),
        sa.Column("conversation", sa.Text, nullable=False),
        sa.Column("review", sa.Text, nullable=False),
        sa.Column("said", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("prompts", sa.Text),
        sa.Column("playbook", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("coach_corrections_at", "coach_corrections", ["at"])
    op.create_index("coach_corrections_note", "coach_corrections", ["note"])
    op.create_table(
        "coach_runs",
        sa.Column("name", sa.String(200), primary_key=True),
        sa.Column("at", moment, nullable=False),
        sa.Column("suite", sa.String(200), nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("prompts", sa.Text),
        sa.Column("cases", sa.Integer, nullable=False),
        sa.Column("passed", sa.Integer, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
    )
