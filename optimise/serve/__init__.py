"""A service around the solver: jobs, questions about plans, tenants (extra ``serve``)."""
