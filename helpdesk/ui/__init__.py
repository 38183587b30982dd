"""The browser UI: a thin face over the services. How a page is built here:

A feature is a folder `ui/<feature>/` with `page.py` (found by itself, see `pages`), `state.py` and `view.py`.

Page
    @page("/tickets/[key]", title=TicketState.title, on_load=[TicketState.load])
    def ticket() -> rx.Component:
        return shell(view.body(), active="queue.all", after=[view.dialogs()])
  `AppState.enter` runs before `on_load`. The URL holds the whole view (filters, sort, cursor, tab): read it from
  `self.router.url` (`.query_parameters`; path arguments are vars) in the load handler; links and `go_to` change it.

State
    class TicketState(AppState):
        ready: bool = False                 # plain vars start empty: every browser that connects receives them
        rows: list[Row] = []                # TypedDict rows with the shown fields, made from frozen views
        errors: dict[str, str] = {}

        @rx.event
        @allow(Role.AGENT, Role.ADMIN)      # below @rx.event; without roles: everybody signed in
        async def take(self, ticket_id: int):
            result = await attempt(tickets.take, me(), ticket_id)
            if isinstance(result, Failure):
                return self._tell(result)   # a toast; or self.errors = result.fields for a form
            self._show(result)
            self._toast("ok", "You took it.")
  * Handlers hold no authority: they call services with `me()`, and only through `call` / `attempt` (a thread).
  * Every public method is an endpoint: helpers start with `_` or are module functions. Arguments are not validated by
    the framework: pass them to the service, which does.
  * A State is one feature, about ten handlers; a dialog has its own. Never more than one page of rows.
  * Text that people typed never goes into a redirect, a script or an argument of a chained event: use vars. `go_to`
    (paths of ids and literals) is the only redirect, `self._toast` the only toast. Never `rx.toast`, `rx.call_script`.
  * Computed vars are pure functions of vars. No secrets, no rights in components: all static code is public.
  * A form keeps what was typed when it is refused: inputs are uncontrolled (`default_value`, `name`).

Live
    live.watch(f"ticket_staff:{id}", refresh=TicketState.refresh)   # in the load handler, once the id is known
  Topics: see `live`. `refresh` takes no arguments, is marked with `@allow`, reads again with `me()` and compares: a
  changed row is updated in place (give it `class_name="changed"`), new and moved rows wait behind a `pill`.

View
  Components are in `helpdesk.ui.components`, classes in `assets/css/` (a file per area, tokens only, no inline colours
  or sizes). Waits: `loading(S.ready, skeleton_rows(…), content)`. Times: `time(row["at"], "relative")`, ISO from
  `rows.iso`. Menus and dialogs open in the browser: `menu(…)`, `button(data_dialog="id")` with
  `dialog(…, dialog_id="id")`; one that State must close takes `show=S.open, on_close=S.close`. Undo:
  `self._toast("ok", "…", undo="undo-assign")` clicks the page's hidden button of that id.
  Files: `upload_box(S.set_files)`.
  Shortcuts: `key="a"` on buttons, `data_shortcut="r"` on anything; lists: `data_list` around rows with `data_row`, in
  them `data_row_open` and `data_row_select`. Server addresses (`/api/…`, `/login`) need `server_link`.
"""
