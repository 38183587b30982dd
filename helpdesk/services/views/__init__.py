"""What the services return: frozen, and with exactly the fields that a face may show (product rules §7 "Shapes").

The API renders these as they are; the UI keeps them in State. `datetime`s are aware and in UTC.
"""

from helpdesk.services.views._clocks import ClockInterval as ClockInterval
from helpdesk.services.views._clocks import Expectation as Expectation
from helpdesk.services.views._clocks import NextStep as NextStep
from helpdesk.services.views._common import NamedRef as NamedRef
from helpdesk.services.views._common import Page as Page
from helpdesk.services.views._figures import DayFigure as DayFigure
from helpdesk.services.views._figures import HomeFigures as HomeFigures
from helpdesk.services.views._lists import BulkResult as BulkResult
from helpdesk.services.views._lists import Neighbours as Neighbours
from helpdesk.services.views._lists import QueueCounts as QueueCounts
from helpdesk.services.views._lists import TicketQuery as TicketQuery
from helpdesk.services.views._messages import DraftView as DraftView
from helpdesk.services.views._messages import NotificationRow as NotificationRow
from helpdesk.services.views._people import MentionView as MentionView
from helpdesk.services.views._people import MeView as MeView
from helpdesk.services.views._people import PersonRef as PersonRef
from helpdesk.services.views._people import PersonView as PersonView
from helpdesk.services.views._people import PresenceView as PresenceView
from helpdesk.services.views._people import SessionView as SessionView
from helpdesk.services.views._people import TokenPair as TokenPair
from helpdesk.services.views._people import UserRow as UserRow
from helpdesk.services.views._saved import QueueSettings as QueueSettings
from helpdesk.services.views._saved import SavedViewRow as SavedViewRow
from helpdesk.services.views._saved import ViewCount as ViewCount
from helpdesk.services.views._tickets import Abilities as Abilities
from helpdesk.services.views._tickets import AttachmentView as AttachmentView
from helpdesk.services.views._tickets import ClockView as ClockView
from helpdesk.services.views._tickets import CommentView as CommentView
from helpdesk.services.views._tickets import DeliveryView as DeliveryView
from helpdesk.services.views._tickets import Download as Download
from helpdesk.services.views._tickets import HistoryView as HistoryView
from helpdesk.services.views._tickets import HoldView as HoldView
from helpdesk.services.views._tickets import NewTicket as NewTicket
from helpdesk.services.views._tickets import SlaView as SlaView
from helpdesk.services.views._tickets import StatusStep as StatusStep
from helpdesk.services.views._tickets import TicketDetail as TicketDetail
from helpdesk.services.views._tickets import TicketMark as TicketMark
from helpdesk.services.views._tickets import TicketRow as TicketRow
from helpdesk.services.views._tickets import Window as Window
from helpdesk.services.views._tree import CategoryNode as CategoryNode
from helpdesk.services.views._tree import GroupNode as GroupNode
from helpdesk.services.views._tree import Inherited as Inherited
from helpdesk.services.views._tree import SubcategoryNode as SubcategoryNode
