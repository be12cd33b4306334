"""Reports of undelivered mail as well-known mail systems write them, about a reply of ours."""

from collections.abc import Callable

from tests.bot.scene import INBOX

Form = Callable[[str, str], str]
"""The head of the mail that bounced, its Message-ID -> the report."""

POSTFIX = """\
Return-Path: <>
From: MAILER-DAEMON@mx.customers.example (Mail Delivery System)
To: {inbox}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Message-Id: <4XyZ1@mx.customers.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="4XyZ/mx"

This is a MIME-encapsulated message.

--4XyZ/mx
Content-Description: Notification
Content-Type: text/plain; charset=utf-8

This is the mail system at host mx.customers.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

--4XyZ/mx
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.customers.example
X-Postfix-Queue-ID: 4XyZ1
Arrival-Date: Mon,  2 Mar 2026 09:00:00 +0000 (UTC)

Final-Recipient: rfc822; carla@customers.example
Original-Recipient: rfc822;carla@customers.example
Action: failed
Status: 5.1.1
Remote-MTA: dns; mail.customers.example
Diagnostic-Code: smtp; 550 5.1.1 <carla@customers.example>: Recipient address
    rejected: User unknown in virtual mailbox table

--4XyZ/mx
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

{head}

--4XyZ/mx--
"""

EXIM = """\
Return-path: <>
X-Failed-Recipients: carla@customers.example
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mx.example>
To: {inbox}
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1abc@mx.example>

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  carla@customers.example
    mailbox is full

------ This is a copy of the message, including all the headers. ------

{head}

We open at nine.
"""

EXCHANGE = """\
From: Microsoft Outlook <MicrosoftExchange329e71ec88ae@customers.example>
To: {inbox}
Subject: Undeliverable: Re: When do you open?
Message-ID: <ndr@customers.example>
Auto-Submitted: auto-replied
In-Reply-To: <{message_id}>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="_000_"

--_000_
Content-Type: text/html; charset="us-ascii"

<p>Your message to carla@customers.example couldn't be delivered.</p>

--_000_
Content-Type: message/delivery-status

Reporting-MTA: dns;AM0PR01.prod.outlook.example
Received-From-MTA: dns;AM0PR01.prod.outlook.example
Arrival-Date: Mon, 2 Mar 2026 09:00:00 +0000

Final-Recipient: rfc822;carla@customers.example
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp;554 5.2.2 mailbox full; STOREDRV.Deliver

--_000_
Content-Type: message/rfc822

{head}

We open at nine.

--_000_--
"""


def postfix(head: str, message_id: str) -> str:
    return POSTFIX.format(inbox=INBOX, head=head)


def exim(head: str, message_id: str) -> str:
    return EXIM.format(inbox=INBOX, head=head)


def exchange(head: str, message_id: str) -> str:
    """Exchange gave our mail another Message-ID on its way."""
    renamed = head.replace(message_id, "AM0PR01MB@AM0PR01.prod.outlook.example")
    return EXCHANGE.format(inbox=INBOX, head=renamed, message_id=message_id)


def delayed(head: str, message_id: str) -> str:
    return (
        postfix(head, message_id)
        .replace("Action: failed\nStatus: 5.1.1", "Action: delayed\nStatus: 4.4.1\nWill-Retry-Until: Sat, 7 Mar 2026 09:00:00 +0000")
        .replace("Undelivered Mail Returned to Sender", "Delayed Mail (still being retried)")
    )
