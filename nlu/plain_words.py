"""The words of short, plain answers: a phrase on the left, the part it plays in an answer on the right.

Phrases are lower case without apostrophes and punctuation. Source of all rows: our own list of how people
answer a text. A text is a plain answer only if every word of it is found here; one unknown word and the
model reads it instead. So a row here must be safe in any company of the other rows.
"""

from __future__ import annotations

from typing import Literal

Part = Literal[
    "yes", "agree", "no", "unfit", "no_more", "any", "none_of", "number", "later", "earlier", "last",
    "middle", "time", "instead", "asks", "wonders", "take_up", "thanks", "bye", "filler",
]  # fmt: skip

PHRASES: dict[Part, str] = {
    # says yes whatever was asked
    "yes": """
        yes | yess | yea | yeah | yeh | yep | yup | yas | ya | yah | ye | yh | yeap | yepp | aye
        affirmative | sure | sure thing | for sure | of course | absolutely | definitely | def
        certainly | totally | indeed | please do | pls do | go ahead | lets do it | lets go | do it
        i would | i do | id love to | id like that | i would like that | why not | by all means
        correct | thats correct | that is correct | thats right | that is right | exactly | confirm
        confirmed | i confirm | ill be there | i will be there | see you then | see you there
        see ya then | be there | 100 | 💯 | ✅ | ✔ | ☑
    """,
    # takes up an offer; where nothing was offered it is a wish of its own
    "take_up": """
        book it | book me in | book me | im in | sign me up | please book it | book that | book that one
        book | book me for | book for | reserve | schedule me | schedule me for | schedule it | grab
    """,
    # agrees with what stands; after "anything else?" it closes
    "agree": """
        ok | okay | okey | okie | oki | okk | k | kk | okey dokey | okie dokie | ok cool | alright
        all right | aight | right | fine | thats fine | that is fine | good | all good | great | perfect
        perf | awesome | excellent | wonderful | lovely | brilliant | super | cool | nice | sweet | deal
        done | bet | fab | sounds good | sounds great | sounds perfect | sounds fine | sounds lovely
        sounds right | sounds like a plan | works | that works | it works | this works | works great
        works well | works perfectly | will work | that will work | thatll work | will do
        that would work | would work | thatd work | thats good | thats great | thats perfect | thats ok
        thats okay | thats fine by me | is good | is great | is fine | is perfect | is ok | is okay
        looks good | looks great | suits | suits me | that suits | that suits me | good with me
        good for me | fine by me | fine with me | im good with that | happy with that
        that would be great | that would be good | that would be fine | that would be perfect
        would be great | would be good | would be perfect | would be fine | that will do | that would do
        thatll do | got it | 👍 | 👌 | 🙌 | 🙏 | 😊 | 🙂 | 😀 | 😁 | 🤝 | 🆗
    """,
    "no": """
        no | nope | nop | nah | naw | nay | noo | nty | no way | not really | negative | rather not
        id rather not | i would rather not | dont think so | i dont think so | not at all | no need
        thats not necessary | not necessary | keep it | dont cancel | dont cancel it | 👎 | 🙅
    """,
    # a no about what was proposed; with a time beside it, that time is what does not work
    "unfit": """
        it doesnt work | that doesnt work | doesnt work | doesnt work for me | that doesnt work for me
        that wont work | wont work | it wont work | that wont work for me | wont work for me
    """,
    # nothing more is wanted
    "no_more": """
        thats all | that is all | thats it | that is it | its all | that will be all | thatll be all
        thats everything | nothing | nothing else | nothing more | no more questions | im good
        i am good | were good | we are good | im all set | all set | im all good | im done | im fine
        i am fine | all done | its all good | that was all | that was it | that will be it | all i need
        all i needed | thats all i need | that is all i need | that was all i needed | all set for now
        nothing right now
    """,
    "any": """
        any | any of them | any of those | any of these | any one | anyone | anyone of them | any time
        anytime | either | either one | either or | either of them | either of those | either way | both
        both work | whichever | whichever one | whatever | doesnt matter | it doesnt matter | dont mind
        i dont mind | dont care | you choose | you pick | your choice | your pick | up to you
        surprise me | no preference | whatever works
    """,
    "none_of": """
        none | none of those | none of them | none of these | none of the above | none work
        none of those work | none of them work | none of these work | neither | neither one
        neither of them | neither of those | neither work | neither works | something else
        anything else | other times | other time | another time | a different time | different time
        different times | other options | another day | a different day | different day | other days
        anything different | any other | any others | any other times | any other options
        got anything else | got any others
    """,
    "later": """
        later | later one | the later | latter | the latter
    """,
    "earlier": """
        earlier | earlier one | earliest | the earliest | soonest | the soonest | sooner | former
        sooner one
    """,
    "last": """
        last | last one | latest | latest one | final one | bottom one
    """,
    "middle": """
        middle | middle one | in the middle
    """,
    "instead": """
        instead | rather | actually | change it to | change to | move it to | make that | switch to
        but
    """,
    "time": """
        monday | mon | tuesday | tue | tues | wednesday | wed | weds | thursday | thu | thur | thurs
        friday | fri | saturday | sat | sunday | sun | mondays | tuesdays | wednesdays | thursdays
        fridays | saturdays | sundays | january | jan | february | feb | march | mar | april | apr
        june | jun | july | jul | august | aug | september | sep | sept | october | oct | november | nov
        december | dec | today | tonight | tonite | tomorrow | tmrw | tmr | tmw | tomoz | 2moro | 2nite
        tomoro | morning | mornings | afternoon | afternoons | arvo | evening | evenings | night | noon
        midday | lunchtime | lunch | noonish | am | pm | a m | p m | oclock | o clock | half past
        quarter | half | day | days | week | weeks | month | months | year | hour | hours | minutes
        weekend | weekends | weekday | weekdays | next | nxt | this | early | late | mid | end of
        start of | beginning of | first week of | after | before | past | between | until | till | til
        from | around | about | by | at | in a | in | couple | few | later today | later this week | ish
        st | nd | rd | th | anytime after | any time after | anytime before | any time before
        now | right now | anytime next | any time next | after work | after school | after lunch
        before work | before lunch
    """,
    # asks or hedges: with a time or a number it is a wish; a yes or a no beside it is not plain
    "asks": """
        can we | can you | could we | could you | can i | could i | can we do | could we do | can you do
        could you do | can i do | can i have | could i have | can i get | can i take | do | would | i think
        i guess | think | guess
    """,
    # asks and leaves it open
    "wonders": """
        is | are | how about | what about | any chance of | maybe | perhaps
    """,
    # courtesies: nothing beside an answer; where nothing was asked, they are what was said
    "thanks": """
        thanks | thank you | thankyou | thx | ty | tysm | thank u | many thanks | cheers
        i appreciate it | appreciate it | i appreciate your help | i appreciate the help
    """,
    "bye": """
        bye | goodbye | good bye | good day | have a good day | have a nice day | have a good one
        bye bye | take care
    """,
    "filler": """
        please | pls | plz | plss | ma | maam | sir | lol | haha | hi | hey | hello | oh | um | uh | hmm
        well | so | then | the | a | an | of | for | to | on | and | or | it | that | thats | one | ones
        option | opt | number | num | choice | with | me | for me | us | i | i will | ill | ill take
        ill have | ill go with | ill go for | i will take | take | want | i want | i would like
        id like | i prefer | id prefer | prefer | give me | put me down for | put me in for | go with
        lets go with | let me | lets do | lets | make it | make it for | would be | be | better | best
        i am | im | im free | free | available | i can do | i can | you too | just | also | say | my
        bro | there | here | that one | this one | time | preferably | ideally | looking for | so much
        very much | a lot | a bunch | again | for now | for your help | for the help | for all your help
        for helping | for everything | for asking | sorry | i mean | i meant | wait | oops | correction
    """,
}  # fmt: skip

NUMBERS: dict[str, int] = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "thirty": 30, "fortyfive": 45,
}  # fmt: skip
ORDINALS: dict[str, int] = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5}

SPELLING: dict[str, str] = {
    "yse": "yes", "yest": "yes", "eys": "yes", "ys": "yes", "yed": "yes", "surr": "sure", "suer": "sure",
    "u": "you", "ur": "your", "r": "are", "b": "be", "gd": "good", "gr8": "great", "wrks": "works",
    "soundsgood": "sounds good", "thnx": "thanks", "thnks": "thanks", "tks": "thanks", "tht": "that",
    "dat": "that", "da": "the", "opton": "option", "frist": "first", "scnd": "second", "1st": "first",
    "2nd": "second", "3rd": "third", "4th": "fourth", "wensday": "wednesday", "wendsday": "wednesday",
    "tomorow": "tomorrow", "tommorow": "tomorrow", "tommorrow": "tomorrow", "aft": "afternoon",
}  # fmt: skip
